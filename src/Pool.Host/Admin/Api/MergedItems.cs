using System.Text.Json.Nodes;

namespace Pool.Host.Admin.Api;

/// <summary>Makes one item of what several nodes say of the same thing.</summary>
internal static class MergedItems
{
    /// <summary>The items with the same values under the keys, as one each: the sums added, how many "nodes", and the rest as the first has it.</summary>
    public static IEnumerable<JsonObject> ByKey(
        IEnumerable<JsonObject> items, string[] keys, string[] sums, Action<JsonObject, IReadOnlyList<JsonObject>>? finish = null) =>
        items.GroupBy(i => string.Join('\n', keys.Select(k => (string?)i[k]))).Select(same =>
        {
            var all = same.ToList();
            var merged = all[0].DeepClone().AsObject();
            merged.Remove(AdminApi.Node);
            merged["nodes"] = all.Count;
            foreach (var sum in sums)
            {
                merged[sum] = all.Sum(i => (int)i[sum]!);
            }

            finish?.Invoke(merged, all);
            return merged;
        });
}
