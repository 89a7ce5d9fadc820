using System.Text.Json.Nodes;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Pooling;
using Pool.Host.Tests.Admin;
using Pool.Testing;

namespace Pool.Pbm.Tests;

/// <summary>Every command against the admin ports of three nodes.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    private AdminCluster _cluster = null!;
    private Shell _shell = null!;

    public async Task InitializeAsync()
    {
        _cluster = await AdminCluster.StartAsync(nodes: 3);
        _shell = Shell.Of(_cluster);
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData("cluster show", "MEMBER", "10.0.0.2:6035")]
    [InlineData("cluster join-info", "cluster", "prod")]
    [InlineData("node list", "NODE", "ready")]
    [InlineData("sharding slots", "SLOT", "8388609")]
    [InlineData("session list", "ID", "app")]
    [InlineData("pool list", "SHARE", "serving")]
    [InlineData("pool show db", "THREAD", "leased")]
    [InlineData("lease list", "RUNS FOR", "UserLocks")]
    [InlineData("settings top", "DIFFERENCES", "sql_mode=ANSI")]
    [InlineData("pin list", "REASONS", "UserLocks")]
    [InlineData("backend list", "CAP", "db:3306")]
    [InlineData("watch --count 2 --interval 0.1", "cluster prod", "serving")]
    public async Task A_command_that_looks_shows_a_table_and_the_same_as_json(string command, string title, string content)
    {
        await FillAsync();
        Assert.Equal(0, await _shell.RunAsync(command));
        Assert.Contains(title, _shell.Output, StringComparison.Ordinal);
        Assert.Contains(content, _shell.Output, StringComparison.Ordinal);
        Assert.Empty(_shell.Errors);

        Assert.Equal(0, await _shell.RunAsync($"{command} --json"));
        Assert.All(_shell.Lines, line => Assert.IsType<JsonObject>(JsonNode.Parse(line)));
        Assert.DoesNotContain("a secret", _shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_has_a_line_for_each_item_and_columns_that_line_up()
    {
        Assert.Equal(0, await _shell.RunAsync("pool list"));
        Assert.Equal(4, _shell.Lines.Length);
        var mode = _shell.Lines[0].IndexOf("MODE", StringComparison.Ordinal);
        Assert.All(_shell.Lines[1..], line => Assert.Equal("serving", line[mode..(mode + 7)]));
    }

    [Fact]
    public async Task What_is_long_is_a_long_line_and_makes_no_other_column_narrow()
    {
        await _cluster.Nodes[0].LogInAsync("app", new string('d', 240));
        Assert.Equal(0, await _shell.RunAsync("session list"));
        Assert.Equal(2, _shell.Lines.Length);
        Assert.Contains($" {new string('d', 240)} ", _shell.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_no_terminal_looks_stand_one_below_the_other_and_lines_are_as_long_as_they_are()
    {
        var (id, shell) = (await FillAsync(), Shell.Of(_cluster, width: 80));
        Assert.Equal(0, await shell.RunAsync("watch --count 2 --interval 0.1"));
        Assert.Equal(2 * (1 + 4 + 4), shell.Lines.Count(l => l.Trim().Length > 0));
        Assert.Equal(6, shell.Lines.Count(l => l.Contains(" serving ", StringComparison.Ordinal)));
        Assert.Equal(0, await shell.RunAsync($"session show {id}"));
        Assert.Contains(shell.Lines, l => l.StartsWith("since ", StringComparison.Ordinal) && l.TrimEnd().EndsWith("+00:00", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_narrow_screen_is_watched_without_what_matters_least()
    {
        var shell = Shell.Of(_cluster, width: 80, isTerminal: true);
        Assert.Equal(0, await shell.RunAsync("watch --count 1"));
        Assert.Contains(shell.Lines, l => l.Contains("WAITING LONGEST", StringComparison.Ordinal));
        Assert.DoesNotContain("REPAINTS", shell.Output, StringComparison.Ordinal);
        Assert.Contains(shell.Lines, l => l.StartsWith("c    db   serving ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Filters_are_passed_on()
    {
        await FillAsync();
        Assert.Equal(0, await _shell.RunAsync("session list --user app --member b --pinned false --limit 5 --json"));
        var session = Assert.Single(JsonNode.Parse(_shell.Output)!["items"]!.AsArray())!;
        Assert.Equal(("b", "app"), ((string)session["node"]!, (string)session["user"]!));
    }

    [Fact]
    public async Task A_list_that_is_cut_says_how_it_goes_on()
    {
        await FillAsync();
        Assert.Equal(0, await _shell.RunAsync("session list --limit 1"));
        var id = _shell.Lines[1].Trim().Split(' ')[0];
        Assert.Equal($"pbm: there are more; go on with --after {id}\n", _shell.Errors);
    }

    [Fact]
    public async Task A_session_is_shown_and_ended()
    {
        var id = await FillAsync();
        Assert.Equal(0, await _shell.RunAsync($"session show {id}"));
        Assert.Contains("settings.differences.sql_mode", _shell.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _shell.RunAsync($"session kill {id} --query --yes"));
        Assert.Equal(0, await _shell.RunAsync($"session kill {id} --yes --json"));
        await TestNode.UntilAsync(() => _cluster.Nodes.All(n => n.Services.Sessions.Find(new(id)) is null), "the session ends");
        Assert.Equal(1, await _shell.RunAsync($"session show {id}"));
        Assert.StartsWith($"pbm: there is no session {id}; ", _shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pools_are_paused_resized_and_resumed()
    {
        Assert.Equal(0, await _shell.RunAsync("pool pause db"));
        Assert.All(_cluster.Nodes, n => Assert.Equal(PoolMode.Paused, n.Backend.Pool.Mode));
        Assert.Contains("paused", _shell.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _shell.RunAsync("pool resize db 7 --member c"));
        Assert.Equal([3, 3, 7], _cluster.Nodes.Select(n => n.Now.Max));
        Assert.Equal(0, await _shell.RunAsync("pool resume db --json"));
        Assert.All(_cluster.Nodes, n => Assert.Equal(PoolMode.Serving, n.Backend.Pool.Mode));
        Assert.Equal(1, await _shell.RunAsync("pool pause none"));
        Assert.Equal("pbm: there is no backend none; backends are: db\n", _shell.Errors);
    }

    [Fact]
    public async Task A_backend_is_drained()
    {
        Assert.Equal(0, await _shell.RunAsync("backend drain db --wait 5"));
        Assert.All(_cluster.Nodes, n => Assert.Equal(PoolMode.Drained, n.Backend.Pool.Mode));
    }

    [Fact]
    public async Task A_node_is_drained_and_what_is_left_is_an_exit_code()
    {
        await FillAsync();
        Assert.Equal(1, await _shell.RunAsync("node drain b --wait 1"));
        Assert.Equal(MemberRole.Draining, _cluster.Lives[1].Role);
        Assert.Contains("draining", _shell.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _shell.RunAsync("node drain b --wait 0"));
        Assert.Equal(0, await _shell.RunAsync("node resume b --json"));
        Assert.Equal(MemberRole.Up, _cluster.Lives[1].Role);
        Assert.Equal(0, await _shell.RunAsync("node drain"));
        Assert.Equal(MemberRole.Draining, _cluster.Lives[0].Role);
    }

    [Fact]
    public async Task Members_leave_one_by_one_or_all_together()
    {
        Assert.Equal(0, await _shell.RunAsync("cluster leave c"));
        Assert.Equal([false, false, true], _cluster.Lives.Select(l => l.HasLeft));
        Assert.Equal(1, await _shell.RunAsync("node resume c"));
        Assert.Equal(0, await _shell.RunAsync("cluster down --yes"));
        Assert.All(_cluster.Lives, l => Assert.True(l.HasLeft));
    }

    [Fact]
    public async Task What_clients_named_does_not_move_the_cursor()
    {
        await _cluster.Nodes[0].LogInAsync("app", "evil\e[2J\nname");
        Assert.Equal(0, await _shell.RunAsync("session list"));
        Assert.Contains("evil [2J name", _shell.Output, StringComparison.Ordinal);
    }

    // On b: a session that has set something; on c: one that is pinned. The answer is the id of the first.
    private async Task<uint> FillAsync()
    {
        var (set, pinned) = (await _cluster.Nodes[1].LogInAsync("app", "shop"), await _cluster.Nodes[2].LogInAsync());
        await set.QueryAsync("SET sql_mode = 'ANSI'");
        await _cluster.Nodes[1].HoldsAsync(set, false);
        await pinned.QueryAsync("SELECT GET_LOCK('a secret', 1)");
        await _cluster.Nodes[2].HoldsAsync(pinned, true);
        return set.ConnectionId;
    }
}
