using Pool.Actors.Sessions;
using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

public sealed class SharedWriteTests
{
    private const string Set = "SET SESSION time_zone = '+01:00'";
    private const string Paint = "SET time_zone = '+01:00'";
    private const string Ask = "SELECT @@time_zone FROM state";

    [Theory]
    [InlineData("SELECT a FROM t", true)]
    [InlineData("SELECT a FROM t FOR UPDATE", false)]
    [InlineData("INSERT 1", false)]
    [InlineData("UPDATE t SET a = 1", false)]
    [InlineData("DELETE FROM t", false)]
    [InlineData("SELECT a FROM t INTO OUTFILE '/tmp/x'", false)]
    [InlineData("SELECT GET_LOCK('a', 1)", false)]
    [InlineData("SELECT my_function(1)", false)]
    [InlineData("CALL p()", false)]
    [InlineData("CREATE TABLE t (a INT)", false)]
    [InlineData("BEGIN", false)]
    public async Task A_repaint_shares_the_write_with_what_only_reads(string sql, bool shares)
    {
        await using var node = new TestNode(connections: 1);
        var (first, _) = await PaintBackAsync(node);
        var (painted, sent) = (0, 0);
        node.Server.Script = (c, s) =>
        {
            painted = s.Text == Paint ? c.Writes : painted;
            sent = s.Text == sql ? c.Writes : sent;
            return null;
        };
        Assert.True((await first.QueryAsync(sql)).Succeeded);
        Assert.NotEqual(0, painted);
        Assert.Equal(shares, painted == sent);
        Assert.Single(node.Server.Queries, sql);
    }

    [Fact]
    public async Task A_repaint_that_was_never_verified_shares_nothing()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync(Set);
        await second.QueryAsync("SELECT 2");
        await first.QueryAsync("SELECT 1");
        var log = node.Server.Log.SkipWhile(s => s.Text != "SELECT 2").Skip(1).ToList();
        Assert.Equal([Paint, "SELECT 1"], log.Where(s => !SettingsFaultTests.IsSnapshot(s) && s.Text != "DO 0").Select(s => s.Text));
        Assert.Single(log, SettingsFaultTests.IsSnapshot);
    }

    [Fact]
    public async Task A_repaint_that_is_refused_sends_the_statement_elsewhere_and_is_not_told()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = await PaintBackAsync(node);
        node.Server.Script = (c, s) => c.ThreadId == 1 && s.Text == Paint ? FakeServerReply.Error(1298, "Unknown or incorrect time zone") : null;
        Assert.Equal("+01:00", (await first.QueryAsync(Ask)).Value);
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == 1);
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task Settings_that_no_connection_takes_are_an_error_and_reach_nobody_else()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = await PaintBackAsync(node);
        node.Server.Script = (_, s) => s.Text == Paint ? FakeServerReply.Error(1298, "Unknown or incorrect time zone") : null;
        var refused = await first.QueryAsync("INSERT 1");
        Assert.NotEqual(0, refused.Error);
        Assert.DoesNotContain("INSERT 1", node.Server.Queries);
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
        node.Server.Script = null;
        Assert.Equal("+01:00", (await first.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task An_interrupted_repaint_is_told_and_the_statement_is_not_run_again()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = await PaintBackAsync(node);
        node.Server.Script = (_, s) => s.Text == Paint ? FakeServerReply.Error(1317, "Query execution was interrupted", "70100") : null;
        Assert.Equal(1317, (await first.QueryAsync("SELECT a FROM t")).Error);
        node.Server.Script = null;
        await node.RestAsync();
        Assert.Single(node.Server.Queries, "SELECT a FROM t");
        Assert.Equal("+01:00", (await first.QueryAsync(Ask)).Value);
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
    }

    // The server may have run the statement by then.
    [Fact]
    public async Task A_connection_lost_before_the_repaints_answer_is_told_and_the_statement_is_not_sent_again()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = await PaintBackAsync(node);
        node.Server.Script = (_, s) => s.Text == Paint ? FakeServerReply.None with { CutAt = 0 } : null;
        Assert.Equal(1105, (await first.QueryAsync("SELECT a FROM t")).Error);
        node.Server.Script = null;
        await node.RestAsync();
        Assert.DoesNotContain("SELECT a FROM t", node.Server.Queries);
        Assert.Equal("+01:00", (await first.QueryAsync(Ask)).Value);
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task A_KILL_QUERY_that_hits_the_repaint_ends_the_statement()
    {
        await using var node = new TestNode(connections: 1);
        var (first, _) = await PaintBackAsync(node);
        var admin = await node.LogInAsync("admin");
        var never = new TaskCompletionSource();
        node.Server.Script = (c, s) => s.Text == Paint ? FakeServerReply.Ok(c.Session.Status) with { Wait = never.Task } : null;
        var reading = first.QueryAsync("SELECT a FROM t");
        await TestNode.UntilAsync(() => node.Server.Queries.Count(q => q == Paint) == 2, "the repaint runs");
        await admin.QueryAsync($"KILL QUERY {first.ConnectionId}");
        Assert.Equal(1317, (await reading).Error);
        node.Server.Script = null;
        Assert.Equal("+01:00", (await first.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task A_database_that_is_refused_in_a_shared_write_is_told_and_nothing_of_the_statement()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(database: "a"), await node.LogInAsync(database: "b"));
        for (var i = 0; i < 2; i++)
        {
            await first.QueryAsync("SELECT a FROM t");
            await second.QueryAsync("SELECT b FROM t");
        }

        node.Server.Script = (_, s) => s is { Command: Wire.Commands.CommandCode.InitDb, Text: "a" } ? FakeServerReply.Error(1049, "Unknown database 'a'", "42000") : null;
        Assert.Equal(1049, (await first.QueryAsync("SELECT a FROM t")).Error);
        node.Server.Script = null;
        Assert.Equal("b", (await second.QueryAsync("SELECT DATABASE()")).Value);
        Assert.Equal("a", (await first.QueryAsync("SELECT DATABASE()")).Value);
    }

    [Fact]
    public async Task A_silent_side_effect_is_found_before_the_statement_runs()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync(Set);
        await second.QueryAsync("SELECT 2");
        node.Server.Script = (c, s) =>
        {
            if (s.Text == Paint && c.ThreadId == 1)
            {
                c.Session.Settings["group_concat_max_len"] = "4";
            }

            return null;
        };
        Assert.Equal("1024", (await first.QueryAsync("SELECT @@group_concat_max_len FROM state")).Value);
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == 1);
        Assert.Equal("1024", (await second.QueryAsync("SELECT @@group_concat_max_len FROM state")).Value);
    }

    // The first has set its time zone, the connection is at the baseline, and the repaint between the two is known to work.
    private static async Task<(FakeClient First, FakeClient Second)> PaintBackAsync(TestNode node)
    {
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync(Set);
        await second.QueryAsync("SELECT 2");
        await first.QueryAsync("SELECT 1");
        await second.QueryAsync("SELECT 2");
        await node.RestAsync();
        return (first, second);
    }
}
