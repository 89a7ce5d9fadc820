using System.Collections.Immutable;
using System.Globalization;
using Pool.Actors.Cluster.Coordination;

namespace Pool.Actors.Cluster.Membership;

/// <summary>What the store says of a cluster's nodes at one moment. Immutable.</summary>
internal sealed class Roster
{
    private readonly CoordinationView _view;
    private readonly ClusterKeys _keys;

    /// <summary>Reads the records. Needs only the members' where only they are asked for.</summary>
    public Roster(CoordinationView view, ClusterKeys keys)
    {
        (_view, _keys) = (view, keys);
        var members = ClusterView.Empty.Members.ToBuilder();
        var unreadable = new List<string>();
        foreach (var entry in Below(keys.Members))
        {
            var name = entry.Key[keys.Members.Length..];
            if (ClusterJson.Read(entry, ClusterJson.Default.MemberRecord, r => r.V)?.Member is { } member && member.Name == name)
            {
                members.Add(name, member);
            }
            else
            {
                unreadable.Add(name);
            }
        }

        (Members, Unreadable) = (members.ToImmutable(), unreadable);
    }

    /// <summary>The members by name.</summary>
    public ImmutableSortedDictionary<string, Member> Members { get; }

    /// <summary>The names of members whose records cannot be read.</summary>
    public IReadOnlyList<string> Unreadable { get; }

    /// <summary>What the nodes must agree in; null if nobody wrote it, or it cannot be read.</summary>
    public SettingsRecord? Settings =>
        _view.Entries.TryGetValue(_keys.Settings, out var entry) ? ClusterJson.Read(entry, ClusterJson.Default.SettingsRecord, r => r.V) : null;

    /// <summary>Who had which slot last.</summary>
    public IReadOnlyDictionary<int, SlotRecord> Slots()
    {
        var slots = new Dictionary<int, SlotRecord>();
        foreach (var entry in Below(_keys.Slots))
        {
            if (int.TryParse(entry.Key.AsSpan(_keys.Slots.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var slot))
            {
                slots[slot] = ClusterJson.Read(entry, ClusterJson.Default.SlotRecord, r => r.V) ?? SlotRecord.Unreadable;
            }
        }

        return slots;
    }

    /// <summary>The mod revision of an entry; 0 if there is none.</summary>
    public long RevisionOf(string key) => _view.Entries.TryGetValue(key, out var entry) ? entry.ModRevision : 0;

    private IEnumerable<CoordinationEntry> Below(string prefix) =>
        _view.Entries.Values.Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal));
}
