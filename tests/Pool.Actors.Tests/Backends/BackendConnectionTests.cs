using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Settings;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Backends;

public sealed class BackendConnectionTests
{
    private static readonly ConnectionClass s_class = new("main", FoundRows: false, LocalFiles: false);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly FakeServer _server = new();
    private readonly ManualTime _time = new();
    private readonly FingerprintTable _fingerprints = FakeVariables.NewTable();

    [Fact]
    public async Task A_new_connection_is_at_its_baseline()
    {
        var connection = await ConnectAsync();
        Assert.Equal([CommandCode.ResetConnection, CommandCode.Query, CommandCode.Query, CommandCode.Query], _server.Log.Select(s => s.Command));
        Assert.Equal(new SessionSettings(FakeVariables.Baseline, null, multiStatements: true), _fingerprints.SettingsOf(connection.Fingerprint));
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
    public async Task Of_the_flags_that_a_statement_of_the_pools_own_tells_those_stay_that_last()
    {
        var connection = await ConnectAsync();
        _server.Script = (_, _) => FakeServerReply.Ok(ServerStatus.Autocommit | ServerStatus.NoIndexUsed, changes: FakeServerReply.StateChange);
        await connection.QueryAsync("SET time_zone = '+01:00'", CancellationToken.None);
        Assert.Equal(ServerStatus.Autocommit, connection.Status);
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
    public async Task A_connection_whose_way_is_lost_was_not_seen_to_end()
    {
        var connection = await ConnectAsync();
        _server.Live.Single().LoseWay();
        Assert.False(await connection.CloseAsync(s_patience));
        Assert.Single(_server.Live);
    }

    [Fact]
    public async Task A_reset_that_is_cancelled_cuts_the_connection_off()
    {
        var connection = await ConnectAsync();
        _server.Script = (_, _) => FakeServerReply.None with { Wait = new TaskCompletionSource().Task };
        using var cancel = new CancellationTokenSource();
        var resets = _server.Log.Count;
        var reset = connection.ResetAsync(cancel.Token).AsTask();
        await TestNode.UntilAsync(() => _server.Log.Count > resets, "it is under way");
        await cancel.CancelAsync();
        Assert.False(await reset);
        Assert.True(connection.IsStale());
        Assert.False(await connection.CloseAsync(s_patience));
    }

    [Fact]
    public async Task A_connect_that_fails_after_its_login_hands_over_what_the_server_has()
    {
        _server.Script = (_, _) => FakeServerReply.None with { Wait = new TaskCompletionSource().Task };
        using var cancel = new CancellationTokenSource();
        var connecting = Connector().ConnectAsync(s_class, cancel.Token).AsTask();
        await TestNode.UntilAsync(() => _server.Log.Count > 0, "it is reset");
        await cancel.CancelAsync();
        var outcome = await connecting;
        Assert.Null(outcome.Connection);
        Assert.Equal(_server.Log.First().ThreadId, outcome.Unfinished!.ThreadId);
    }

    [Fact]
    public async Task A_connection_whose_settings_are_not_known_cannot_be_reset()
    {
        var connection = await ConnectAsync();
        for (var i = 0; i <= FingerprintTable.Capacity; i++)
        {
            _fingerprints.Acquire(s_class, FakeVariables.In($"held {i}"));
        }

        connection.Repainted(FakeVariables.In("another"));

        Assert.Equal(Fingerprint.None, connection.Fingerprint);
        Assert.False(await connection.ResetAsync());
    }

    [Fact]
    public async Task A_database_that_is_refused_leaves_the_rest_of_a_repaint_and_the_truth_about_it()
    {
        var connection = await ConnectAsync();
        var has = connection.Settings;
        var needs = has.InDatabase("no_such").WithMultiStatements(false).With("time_zone", "+01:00");
        var repaint = Repaint.Between(has, needs);
        var result = await repaint.RunAsync(connection);
        Assert.Equal(1049, result.ErrorCode);
        Assert.Equal(needs.InDatabase(null), connection.Settings);
        Assert.Equal("+01:00", _server.Live.Single().Session.Settings["time_zone"]);
    }

    [Fact]
    public async Task The_answer_to_a_prepare_which_has_no_status_leaves_that_of_the_connection()
    {
        var connection = await ConnectAsync();
        var before = connection.Status;
        var command = new ArrayBufferWriter<byte>();
        CommandPackets.StmtPrepare(command, "SELECT ?"u8);
        var result = (await connection.RunAsync(command.WrittenMemory, ReplyShape.Prepare))[0];
        Assert.True(result.Succeeded, result.ErrorText);
        Assert.NotEqual(ServerStatus.None, before);
        Assert.Equal(before, connection.Status);
    }

    private async Task<BackendConnection> ConnectAsync() =>
        (BackendConnection)(await Connector().ConnectAsync(s_class, CancellationToken.None)).Connection!;

    private BackendConnector Connector()
    {
        var accounts = new Dictionary<string, (string, Func<string?>)> { ["main"] = ("pool", () => "secret") };
        return new BackendConnector(
            new BackendAddress("db", 3306, BackendTlsMode.Disabled, accounts), _server, null, _fingerprints, new OpenGate(), _time);
    }
}
