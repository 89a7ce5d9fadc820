using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Settings;
using Pool.Testing;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Backends;

public sealed class BackendCheckTests
{
    private const int NoPrivilege = 1227;
    private const int ReadOnly = 1238;
    private const int ReadOnlyInSession = 1621;
    private const string Globals = "SELECT @@global.collation_server, @@global.max_prepared_stmt_count";
    private static readonly ConnectionClass s_class = new("main", FoundRows: false, LocalFiles: false);
    private readonly FakeServer _server = new();
    private readonly FingerprintTable _fingerprints = new();

    public BackendCheckTests() => _server.Script = Answer;

    [Fact]
    public async Task A_server_is_learned_by_trying()
    {
        _server.Globals["timestamp"] = "1";
        _server.Fixed["binlog_format"] = ("ROW", NoPrivilege);
        _server.Fixed["datadir"] = ("/data", ReadOnly);
        _server.Fixed["max_allowed_packet"] = ("1048576", ReadOnlyInSession);
        _server.Fixed["version_comment"] = ("fake", ReadOnly);
        var (facts, failure) = await RunAsync();
        Assert.Null(failure);
        Assert.Equal((ServerFlavour.MySql, "8.4.0", 224), (facts!.Flavour, facts.VersionText, facts.Collations.DefaultId));

        var catalogue = _fingerprints.Catalogue!;
        Assert.True(catalogue.TryFind("group_concat_max_len", out var number) && !number.IsText && number.Role == VariableRole.Painted);
        Assert.True(catalogue.TryFind("sql_mode", out var text) && text.IsText);
        Assert.True(catalogue.TryFind("binlog_format", out _));
        Assert.False(catalogue.TryFind("datadir", out _));
        Assert.False(catalogue.TryFind("timestamp", out _));
        Assert.True(catalogue.TryFind("max_allowed_packet", out var packet) && packet.Role == VariableRole.Watched);
        Assert.True(catalogue.TryFind("version_comment", out var comment) && comment.Role == VariableRole.Watched);

        var latest = _fingerprints.Latest!;
        Assert.Same(catalogue, latest.Catalogue);
        Assert.Equal(("1024", "1048576", "fake"), (latest[number.Index], latest[packet.Index], latest[comment.Index]));
        await TestNode.UntilAsync(() => _server.Live.Count == 0, "the check has left");
    }

    [Fact]
    public async Task Every_variable_is_set_to_what_it_is()
    {
        await RunAsync();
        var set = _server.Queries.Where(q => q.StartsWith("SET SESSION", StringComparison.Ordinal)).ToList();
        Assert.Equal(_server.Globals.Count, set.Count);
        Assert.Contains("SET SESSION `sql_mode` = 'STRICT_TRANS_TABLES'", set);
        Assert.Contains("SET SESSION `group_concat_max_len` = 1024", set);
    }

    [Theory]
    [InlineData("SET @pool_check = 1", "session_track_state_change")]
    [InlineData("information_schema", "session_track_schema")]
    [InlineData("SELECT @pool_check IS NULL, @@collation_connection, DATABASE()", "COM_RESET_CONNECTION")]
    public async Task A_server_that_behaves_in_another_way_is_not_used(string command, string problem)
    {
        _server.Script = (c, s) => s.Text == command ? FakeServerReply.Ok(c.Session.Status) : Answer(c, s);
        var (facts, failure) = await RunAsync();
        Assert.Null(facts);
        Assert.Equal(ConnectFailureKind.Protocol, failure!.Kind);
        Assert.Contains(problem, failure.Text, StringComparison.Ordinal);
        Assert.Null(_fingerprints.Catalogue);
    }

    [Theory]
    [InlineData("SHOW SESSION VARIABLES")]
    [InlineData("SELECT CAST(CONCAT_WS(")]
    public async Task A_server_whose_variables_cannot_be_read_is_not_used(string start)
    {
        _server.Script = (c, s) => s.Text.StartsWith(start, StringComparison.Ordinal) ? FakeServerReply.Error(1142, "denied") : Answer(c, s);
        var (facts, failure) = await RunAsync();
        Assert.Null(facts);
        Assert.Equal(ConnectFailureKind.Protocol, failure!.Kind);
        Assert.Null(_fingerprints.Catalogue);
    }

    [Theory]
    [InlineData(Globals)]
    [InlineData("SELECT @@collation_connection")]
    [InlineData(CollationCatalogue.Query)]
    [InlineData("SHOW SESSION VARIABLES")]
    [InlineData("SELECT @@session.`sql_mode` LIMIT 1")]
    [InlineData("SELECT CAST(CONCAT_WS(")]
    public async Task Whatever_a_server_answers_comes_to_facts_or_a_failure(string start)
    {
        var ok = Wire.Replies.ServerStatus.Autocommit;
        FakeServerReply[] answers =
        [
            FakeServerReply.Ok(ok), FakeServerReply.Row(ok, [null]), FakeServerReply.Row(ok, null, null, null), FakeServerReply.Row(ok, "x", "y", "z"),
            FakeServerReply.Rows(ok, "x", []), FakeServerReply.Rows(ok, "x", ["a", "b"]), FakeServerReply.Error(1064, "no"), FakeServerReply.Garbage(1, 2, 3),
        ];
        foreach (var answer in answers)
        {
            _server.Script = (c, s) => s.Text.StartsWith(start, StringComparison.Ordinal) ? answer with { CutAt = answer.Payloads.Count == 0 ? 3 : null } : Answer(c, s);
            var (facts, failure) = await RunAsync();
            Assert.True(facts is null != failure is null);
        }
    }

    [Fact]
    public async Task A_server_that_goes_away_in_the_middle_is_a_failure()
    {
        _server.Script = (c, s) => s.Text == "SHOW SESSION VARIABLES" ? FakeServerReply.None with { CutAt = 0 } : Answer(c, s);
        var (facts, failure) = await RunAsync();
        Assert.Null(facts);
        Assert.NotNull(failure);
    }

    private static FakeServerReply? Answer(FakeServerConnection connection, FakeStatement statement) => statement.Text switch
    {
        "SELECT @pool_check IS NULL, @@collation_connection, DATABASE()" => FakeServerReply.Row(
            connection.Session.Status, connection.Session.Variables.Count == 0 ? "1" : "0", connection.Session.Collation, connection.Session.Database),
        Globals => FakeServerReply.Row(connection.Session.Status, "utf8mb4_unicode_ci", "16382"),
        CollationCatalogue.Query => FakeServerReply.Row(connection.Session.Status, "224", "utf8mb4", "utf8mb4_unicode_ci"),
        _ => null,
    };

    private async Task<BackendCheckResult> RunAsync()
    {
        var time = new ManualTime();
        time.Advance(TimeSpan.FromHours(1));
        var accounts = new Dictionary<string, (string, Func<string?>)> { ["main"] = ("pool", () => "secret") };
        var address = new BackendAddress("db", 3306, BackendTlsMode.Disabled, accounts);
        var connector = new BackendConnector(address, _server, null, _fingerprints, new OpenGate(), time);
        return await BackendCheck.RunAsync(connector, _fingerprints, s_class, CancellationToken.None);
    }
}
