using System.Globalization;
using System.Text.RegularExpressions;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.Settings;

/// <summary>A session through a node and one on a direct connection, which do the same and must see the same.</summary>
internal sealed partial class HintTwins : IAsyncDisposable
{
    private static int s_count;
    private readonly SqlClient _pooled;
    private readonly SqlClient _direct;
    private readonly int _number = Interlocked.Increment(ref s_count);

    private HintTwins(SqlClient pooled, SqlClient direct) => (_pooled, _direct) = (pooled, direct);

    /// <summary>Logs both in.</summary>
    public static async Task<HintTwins> ConnectAsync<TServer>(FaultRig<TServer> rig, FaultNode node)
        where TServer : DatabaseServer, new() => new(await node.ConnectAsync(), await rig.AdministratorAsync());

    /// <summary>How many statements of a node have had hints.</summary>
    public static async Task<long> HintedAsync(FaultNode node) =>
        long.Parse(Hinted().Match(await node.Process.AdminAsync("/metrics")).Groups[1].Value, CultureInfo.InvariantCulture);

    /// <summary>Runs a statement on both, each on a table of its own, and expects that nothing tells them apart.</summary>
    public async Task SameAsync(string sql)
    {
        var expected = await RunAsync(_direct, string.Format(CultureInfo.InvariantCulture, sql, $"t{_number}"));
        var actual = await RunAsync(_pooled, string.Format(CultureInfo.InvariantCulture, sql, $"u{_number}"));
        Assert.True(expected == actual.Replace($"u{_number}", $"t{_number}", StringComparison.Ordinal), $"{sql}\ndirect: {expected}\npooled: {actual}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _pooled.DisposeAsync();
        await _direct.DisposeAsync();
    }

    // Only a SET may tell of variables: of which ones a server tells unasked is a documented difference.
    private static async Task<string> RunAsync(SqlClient client, string sql)
    {
        var result = await client.TryAsync(sql);
        var last = client.Last;
        var changed = last.VariableChanged && !sql.StartsWith("SET", StringComparison.Ordinal);
        return $"{result.ErrorCode} {result.ErrorText} [{string.Join("; ", result.Rows.Select(r => string.Join(", ", r)))}] "
            + $"{last.Status & ~ServerStatus.SessionStateChanged} {last.Warnings} warnings, {last.AffectedRows} rows {(changed ? "changed" : "")}";
    }

    [GeneratedRegex(@"^pool_hinted_total\{.*\} (\d+)", RegexOptions.Multiline)]
    private static partial Regex Hinted();
}
