using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Cluster.Remote;
using Pool.Actors.Sessions;
using Pool.Actors.Tests.Prepared;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Cluster.Remote;

/// <summary>A session on a node without a connection of its own works as on one that has; the first node of these has none.</summary>
public sealed class BorrowingTests
{
    private static readonly TimeSpan s_afterwards = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_statement_runs_on_another_nodes_idle_connection_which_goes_back()
    {
        await using var cluster = await NewAsync();
        var client = await cluster[0].LogInAsync();
        Assert.Equal("SELECT 'x'", (await client.QueryAsync("SELECT 'x'")).Value);
        Assert.Equal(1, cluster[1].Now.Leased);
        Assert.Equal(0, cluster[0].Now.Active);
        await cluster.RestAsync();
        Assert.Equal(1, cluster[1].Now.Idle);
        Assert.Equal((1, 1), (cluster.Metrics(0).Borrowed.Value, cluster.Metrics(1).Lent.Value));
        Assert.True((await client.QueryAsync("SELECT 'y'")).Succeeded);
    }

    [Fact]
    public async Task Statements_in_quick_succession_share_one_loan()
    {
        await using var cluster = await NewAsync();
        var (first, second) = (await cluster[0].LogInAsync(), await cluster[0].LogInAsync());
        for (var i = 0; i < 10; i++)
        {
            Assert.True((await first.QueryAsync($"SELECT {i}")).Succeeded);
            Assert.True((await second.QueryAsync($"SELECT {i}")).Succeeded);
            cluster.Advance(TimeSpan.FromMilliseconds(0.5));
        }

        Assert.Equal(1, cluster.Metrics(0).Borrowed.Value);
    }

    [Fact]
    public async Task A_loan_that_has_lasted_long_enough_ends_with_the_statement()
    {
        await using var cluster = await NewAsync();
        var client = await cluster[0].LogInAsync();
        await client.QueryAsync("BEGIN");
        cluster.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, cluster[1].Now.Leased);
        await client.QueryAsync("COMMIT");
        await TestNode.UntilAsync(() => cluster[1].Now.Leased == 0, "it goes back without being kept");
    }

    [Fact]
    public async Task A_transaction_keeps_the_connection_to_its_end()
    {
        await using var cluster = await NewAsync();
        var client = await cluster[0].LogInAsync();
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("INSERT 1");
        cluster.Advance(s_afterwards);
        await client.QueryAsync("COMMIT");
        var threads = cluster.Server.Log.Where(s => s.Text is "BEGIN" or "INSERT 1" or "COMMIT").Select(s => s.ThreadId).Distinct();
        Assert.Single(threads);
        await cluster.RestAsync();
        Assert.DoesNotContain(cluster.Server.Log.SkipWhile(s => s.Text != "BEGIN"), s => s.Command == CommandCode.ResetConnection);
    }

    [Fact]
    public async Task A_transaction_whose_client_leaves_is_rolled_back_before_others_get_the_connection()
    {
        await using var cluster = await NewAsync();
        var client = await cluster[0].LogInAsync();
        await client.QueryAsync("BEGIN");
        client.Transport.Close();
        await cluster.RestAsync();
        Assert.Contains(cluster.Server.Log.SkipWhile(s => s.Text != "BEGIN"), s => s.Command == CommandCode.ResetConnection);
        Assert.Equal(1, cluster[1].Now.Idle);
    }

    [Fact]
    public async Task Settings_travel_to_the_connection_and_do_not_stay_on_it_for_others()
    {
        await using var cluster = await NewAsync();
        var setter = await cluster[0].LogInAsync(database: "a");
        await cluster.RestAsync();
        var other = await cluster[1].LogInAsync(database: "b");
        await cluster.RestAsync();
        await cluster.SpareAsync(1);
        await setter.QueryAsync("SET time_zone = '+02:00'");
        await cluster.RestAsync();
        Assert.Equal("SYSTEM", (await other.QueryAsync("SELECT @@time_zone")).Value);
        Assert.Equal("b", (await other.QueryAsync("SELECT DATABASE()")).Value);
        await cluster.SpareAsync(1);
        Assert.Equal("+02:00", (await setter.QueryAsync("SELECT @@time_zone")).Value);
        Assert.Equal("a", (await setter.QueryAsync("SELECT DATABASE()")).Value);
    }

    [Fact]
    public async Task A_connection_that_carries_what_is_needed_gets_nothing_but_the_statement()
    {
        await using var cluster = new TestCluster([0, 3]);
        await cluster.SpareAsync(1);
        var (here, there) = (await cluster[0].LogInAsync(database: "b"), await cluster[1].LogInAsync(database: "b"));
        await there.QueryAsync("SELECT 1");
        await cluster.RestAsync();
        await cluster.SpareAsync(1);
        var before = cluster.Server.Log.Count;
        Assert.Equal("b", (await here.QueryAsync("SELECT DATABASE()")).Value);
        Assert.Equal(before + 1, cluster.Server.Log.Count);
    }

    [Fact]
    public async Task A_prepared_statement_is_closed_before_the_connection_goes_back()
    {
        await using var cluster = await NewAsync();
        var client = await cluster[0].LogInAsync();
        var id = await client.PrepareAsync("SELECT 5");
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await client.ExecuteAsync(id)).Succeeded);
            cluster.Advance(s_afterwards);
            await cluster.RestAsync();

            // A close has no answer that the node could wait for.
            await TestNode.UntilAsync(() => cluster.Server.Live.Sum(c => c.Session.Prepared) == 0, "it is closed");
        }

        await client.CloseStatementAsync(id);
    }

    [Fact]
    public async Task Statements_that_the_lender_has_prepared_there_can_be_executed_after_the_loan()
    {
        await using var cluster = await NewAsync();
        var (here, there) = (await cluster[0].LogInAsync(), await cluster[1].LogInAsync());
        var mine = await there.PrepareAsync("SELECT 'mine'");
        await there.ExecuteAsync(mine);
        await cluster.RestAsync();
        await cluster.SpareAsync(1);
        var borrowed = await here.PrepareAsync("SELECT 'borrowed'");
        await here.ExecuteAsync(borrowed);
        await cluster.RestAsync();
        Assert.True((await there.ExecuteAsync(mine)).Succeeded);
        Assert.Equal(1, cluster.Server.Live.Sum(c => c.Session.Prepared));
    }

    [Fact]
    public async Task A_borrower_that_resets_the_connection_leaves_the_lender_without_statements_there()
    {
        await using var cluster = await NewAsync();
        var (here, there) = (await cluster[0].LogInAsync(), await cluster[1].LogInAsync());
        var mine = await there.PrepareAsync("SELECT 'mine'");
        await there.ExecuteAsync(mine);
        await there.QueryAsync("SET @a = 2");
        await cluster.RestAsync();
        await cluster.SpareAsync(1);
        Assert.Null((await here.QueryAsync("SELECT @a")).Value);
        Assert.Contains(cluster.Server.Log, s => s.Command == CommandCode.ResetConnection && s.ThreadId == cluster.Server.Log.Last(q => q.Text == "SELECT @a").ThreadId);
        cluster.Advance(s_afterwards);
        await cluster.RestAsync();
        Assert.True((await there.ExecuteAsync(mine)).Succeeded);
    }

    [Fact]
    public async Task User_variables_travel_and_nobody_sees_anothers()
    {
        await using var cluster = await NewAsync();
        var (here, there) = (await cluster[0].LogInAsync(), await cluster[1].LogInAsync());
        await here.QueryAsync("SET @a = 1");
        cluster.Advance(s_afterwards);
        await cluster.RestAsync();
        Assert.Null((await there.QueryAsync("SELECT @a")).Value);
        await there.QueryAsync("SET @a = 2");
        await cluster.RestAsync();
        await cluster.SpareAsync(1);
        Assert.Equal("1", (await here.QueryAsync("SELECT @a")).Value);
    }

    [Fact]
    public async Task An_insert_id_is_the_sessions_own()
    {
        await using var cluster = await NewAsync();
        var (here, there) = (await cluster[0].LogInAsync(), await cluster[1].LogInAsync());
        await here.QueryAsync("INSERT 1");
        await cluster.RestAsync();
        await there.QueryAsync("INSERT 2");
        Assert.Equal("2", (await there.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
        await cluster.RestAsync();
        await cluster.SpareAsync(1);
        Assert.Equal("1", (await here.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Fact]
    public async Task A_pin_keeps_the_connection_and_is_cleaned_up_at_home()
    {
        await using var cluster = await NewAsync();
        var (client, there) = (await cluster[0].LogInAsync(), await cluster[1].LogInAsync());
        await client.QueryAsync("CREATE TEMPORARY TABLE t (a INT)");
        cluster.Advance(TimeSpan.FromSeconds(5));
        Assert.True(cluster[0].SessionOf(client).HoldsLease);
        Assert.Equal("1", (await client.QueryAsync("SELECT COUNT(*) FROM state")).Value);
        await client.SendAsync(CommandCode.Quit);
        await cluster.RestAsync();
        Assert.Equal("0", (await there.QueryAsync("SELECT COUNT(*) FROM state")).Value);
    }

    [Fact]
    public async Task Large_statements_and_large_results_pass()
    {
        await using var cluster = await NewAsync(seed: 7);
        var client = await cluster[0].LogInAsync();
        Assert.Equal(20_000, (await client.QueryAsync("SELECT 'row' LIMIT 20000")).Rows!.Count);
        var sql = $"INSERT '{new string('x', 3_000_000)}'";
        Assert.True((await client.QueryAsync(sql)).Succeeded);
        Assert.Equal(sql.Length, cluster.Server.Log.Max(s => s.Payload.Length) - 1);
        await cluster.RestAsync();
        Assert.Empty(cluster.Server.Faults);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_killed_query_ends_if_either_node_can_kill_it_and_its_session_goes_on(bool borrowerHasControl, bool lenderAnswers)
    {
        await using var cluster = await NewAsync(server: ServerThatSleeps());
        var (victim, killer) = (await cluster[0].LogInAsync(), await cluster[0].LogInAsync());
        var sleeping = victim.QueryAsync("SELECT SLEEP(100)");
        await RunsAsync(cluster);
        cluster.IsCutOff = !lenderAnswers;
        if (!borrowerHasControl)
        {
            cluster[0].Backend.Pool.Resize(0);
        }

        Assert.True((await killer.QueryAsync($"KILL QUERY {victim.ConnectionId}")).Succeeded);
        Assert.Equal(1317, (await sleeping).Error);

        // A lender that has not answered may still kill what runs there: nothing else does.
        cluster.IsCutOff = false;
        var before = cluster.Server.Log.First(s => s.Text == "SELECT SLEEP(100)").ThreadId;
        await cluster.RestAsync();
        await TestNode.UntilAsync(
            () =>
            {
                cluster.Advance(TimeSpan.FromMilliseconds(250));
                return cluster[1].Now.Idle > 0;
            },
            "the lender has a connection again");
        await cluster.SpareAsync(1);
        Assert.True((await victim.QueryAsync("SELECT 1")).Succeeded);
        Assert.Equal(lenderAnswers, before == cluster.Server.Log.First(s => s.Text == "SELECT 1").ThreadId);
    }

    [Fact]
    public async Task A_node_can_have_nothing_killed_but_what_it_has_borrowed()
    {
        await using var cluster = await NewAsync(server: ServerThatSleeps());
        var victim = await cluster[0].LogInAsync();
        var sleeping = victim.QueryAsync("SELECT SLEEP(100)");
        await RunsAsync(cluster);
        var thread = cluster.Server.Log.First(s => s.Text == "SELECT SLEEP(100)").ThreadId;
        Assert.False(await KilledAsync(cluster, new Incarnation(99), thread));
        Assert.False(await KilledAsync(cluster, new Incarnation(1), thread + 1000));
        Assert.False(sleeping.IsCompleted);
        Assert.True(await KilledAsync(cluster, new Incarnation(1), thread));
        Assert.Equal(1317, (await sleeping).Error);

        static async Task<bool> KilledAsync(TestCluster cluster, Incarnation by, ulong thread)
        {
            var question = new LoanKill(cluster[1].Backend.Name, thread).ToQuestion();
            var answer = await new LoanKillService([cluster[1].Backend]).AnswerAsync(new PeerName("node-0", by, 1), question.Body, CancellationToken.None);
            return LoanKill.WasDone(new PeerAnswer(answer, null));
        }
    }

    [Fact]
    public async Task A_killed_session_gives_the_connection_up()
    {
        await using var cluster = await NewAsync(server: ServerThatSleeps());
        var (victim, killer) = (await cluster[0].LogInAsync(), await cluster[0].LogInAsync());
        var sleeping = victim.QueryAsync("SELECT SLEEP(100)");
        await RunsAsync(cluster);
        Assert.True((await killer.QueryAsync($"KILL {victim.ConnectionId}")).Succeeded);
        Assert.True((await sleeping).IsClosed);
        await cluster.RestAsync();
    }

    [Fact]
    public async Task Time_limits_hold_for_what_is_borrowed()
    {
        await using var cluster = await NewAsync();
        var client = await cluster[0].LogInAsync();
        await client.QueryAsync("BEGIN");
        await cluster[0].PinnedAsync(client, PinReasons.Transaction);
        cluster[0].Time.Advance(TimeSpan.FromHours(2));
        Assert.NotEqual(0, (await client.ReadResultAsync(0)).Error);
        await cluster.RestAsync();
    }

    internal static async Task<TestCluster> NewAsync(int? seed = null, FakeServer? server = null)
    {
        var cluster = new TestCluster([0, 1], server, seed);
        await cluster.SpareAsync(1);
        return cluster;
    }

    internal static FakeServer ServerThatSleeps() => new()
    {
        Script = (_, statement) => statement.Text == "SELECT SLEEP(100)"
            ? FakeServerReply.None with { Wait = new TaskCompletionSource().Task }
            : null,
    };

    internal static Task RunsAsync(TestCluster cluster) =>
        TestNode.UntilAsync(() => cluster.Server.Queries.Contains("SELECT SLEEP(100)"), "the statement runs");
}
