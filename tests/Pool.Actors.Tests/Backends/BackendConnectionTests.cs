using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Settings;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Backends;

public sealed class BackendConnectionTests
{
    private static readonly ConnectionClass s_class = new("main", FoundRows: false, LocalFiles: false);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly FakeServer _server = new();
    private readonly ManualTime _time = new();
    private readonly FingerprintTable _fingerprints = new();

    [Fact]
    public async Task A_new_connection_is_at_its_baseline()
    {
        var connection = await ConnectAsync();
        Assert.Equal([CommandCode.ResetConnection, CommandCode.Query], _server.Log.Select(s => s.Command));
        Assert.Equal(new SessionSettings(null, Baseline.CollationId, false, true), _fingerprints.SettingsOf(connection.Fingerprint));
        Assert.Equal("utf8mb4_general_ci", _server.Live.Single().Session.Collation);
    }

    [Fact]
    public async Task A_connection_that_cannot_be_brought_to_its_baseline_is_not_used()
    {
        _server.Script = (_, s) => s.Command == CommandCode.Query ? FakeServerReply.Error(1193, "Unknown system variable") : null;
        var outcome = await Connector().ConnectAsync(s_class, CancellationToken.None);
        Assert.Equal(ConnectFailureKind.Protocol, outcome.Failure!.Kind);
        await TestNode.UntilAsync(() => _server.Live.Count == 0, "it is closed");
    }

    [Fact]
    public async Task A_closed_connection_was_seen_to_end_at_the_server()
    {
        var connection = await ConnectAsync();
        Assert.True(await connection.CloseAsync(s_patience));
        Assert.Empty(_server.Live);
    }

    [Fact]
    public async Task A_server_that_does_not_close_in_time_was_not_seen_to()
    {
        var connection = await ConnectAsync();
        var never = new TaskCompletionSource();
        _server.Pace = () => never.Task;
        await connection.SendAsync(new byte[] { 1, 0, 0, 0, (byte)CommandCode.Ping });
        var closing = connection.CloseAsync(s_patience).AsTask();
        Assert.False(closing.IsCompleted);
        _time.Advance(s_patience);
        Assert.False(await closing);
        never.SetResult();
    }

    [Fact]
    public async Task A_connection_that_was_cut_off_was_not_seen_to_end()
    {
        var connection = await ConnectAsync();
        connection.Abort();
        Assert.False(await connection.CloseAsync(s_patience));
    }

    [Fact]
    public async Task A_statement_of_the_pools_own_that_is_cancelled_cuts_the_connection_off()
    {
        var connection = await ConnectAsync();
        _server.Script = (_, _) => FakeServerReply.None with { Wait = new TaskCompletionSource().Task };
        using var cancel = new CancellationTokenSource();
        var query = connection.QueryAsync("SELECT 1", cancel.Token).AsTask();
        await TestNode.UntilAsync(() => _server.Queries.Contains("SELECT 1"), "it runs");
        await cancel.CancelAsync();
        Assert.Equal(-1, (await query).ErrorCode);
        Assert.True(connection.IsStale());
        Assert.False(await connection.CloseAsync(s_patience));
    }

    [Fact]
    public async Task A_connection_whose_settings_are_not_known_cannot_be_reset()
    {
        var connection = await ConnectAsync();
        for (var i = 0; i <= FingerprintTable.Capacity; i++)
        {
            connection.Repainted(new SessionSettings($"d{i}", 45, false, false));
        }

        Assert.Equal(Fingerprint.None, connection.Fingerprint);
        Assert.False(await connection.ResetAsync());
    }

    [Fact]
    public async Task A_failed_step_of_a_repaint_leaves_the_others_and_the_truth_about_them()
    {
        var connection = await ConnectAsync();
        var collations = CollationCatalogue.From([["8", "latin1", "latin1_swedish_ci"]], "latin1_swedish_ci");
        var has = _fingerprints.SettingsOf(connection.Fingerprint);
        var needs = has with { Database = "no_such", CollationId = 8, MultiStatements = false };
        var result = await Repaint.Between(has, needs, collations).RunAsync(connection, _fingerprints);
        Assert.Equal(1049, result.ErrorCode);
        Assert.Equal(needs with { Database = null }, _fingerprints.SettingsOf(connection.Fingerprint));
        Assert.Equal("latin1_swedish_ci", _server.Live.Single().Session.Collation);
    }

    private async Task<BackendConnection> ConnectAsync() =>
        (BackendConnection)(await Connector().ConnectAsync(s_class, CancellationToken.None)).Connection!;

    private BackendConnector Connector()
    {
        var accounts = new Dictionary<string, (string, Func<string?>)> { ["main"] = ("pool", () => "secret") };
        return new BackendConnector(
            new BackendAddress("db", 3306, BackendTlsMode.Disabled, accounts), _server, null, _fingerprints, [], _time);
    }
}
