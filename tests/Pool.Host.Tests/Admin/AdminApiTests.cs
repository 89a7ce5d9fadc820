using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Pooling;
using Pool.Host.Admin;
using Pool.Testing;

namespace Pool.Host.Tests.Admin;

public sealed class AdminApiTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private AdminCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await AdminCluster.StartAsync(nodes: 3);
        _http.BaseAddress = _cluster.Address;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminCluster.Token);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task The_sessions_of_all_members_are_one_list_in_the_order_of_their_ids()
    {
        var clients = new List<FakeClient>();
        foreach (var node in Enumerable.Reverse(_cluster.Nodes))
        {
            clients.Add(await node.LogInAsync("app", "shop"));
        }

        var items = (await GetAsync("/v1/sessions"))["items"]!.AsArray();

        Assert.Equal(clients.Select(c => c.ConnectionId).Order(), items.Select(i => (uint)i!["id"]!));
        Assert.Equal(["a", "b", "c"], items.Select(i => (string)i!["node"]!));
        Assert.All(items, i => Assert.Equal(("app", "shop", "idle"), ((string)i!["user"]!, (string)i["database"]!, (string)i["state"]!)));
    }

    [Theory]
    [InlineData("user=other", 1)]
    [InlineData("user=app&database=shop", 2)]
    [InlineData("database=blog", 1)]
    [InlineData("pinned=true", 1)]
    [InlineData("pinned=false&user=app", 2)]
    [InlineData("state=idle", 2)]
    [InlineData("backend=db", 3)]
    [InlineData("backend=none", 0)]
    [InlineData("node=b", 1)]
    public async Task A_list_of_sessions_can_be_filtered(string query, int expected)
    {
        await _cluster.Nodes[0].LogInAsync("app", "shop");
        await _cluster.Nodes[1].LogInAsync("app", "shop");
        var pinned = await _cluster.Nodes[2].LogInAsync("other", "blog");
        await pinned.QueryAsync("SELECT GET_LOCK('a secret', 1)");
        await _cluster.Nodes[2].HoldsAsync(pinned, true);
        Assert.Equal(expected, (await GetAsync($"/v1/sessions?{query}"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_long_list_of_sessions_goes_on_where_it_ended_and_shows_each_once()
    {
        for (var i = 0; i < 7; i++)
        {
            await _cluster.Nodes[i % 3].LogInAsync();
        }

        var seen = new List<uint>();
        for (var after = "0"; after is not null;)
        {
            var page = await GetAsync($"/v1/sessions?limit=2&after={after}");
            seen.AddRange(page["items"]!.AsArray().Select(i => (uint)i!["id"]!));
            after = page["next"]?.ToString();
            Assert.Equal(after is not null, (bool)page["hasMore"]!);
        }

        Assert.Equal(7, seen.Count);
        Assert.Equal(seen.Order().Distinct(), seen);
    }

    [Theory]
    [InlineData("/v1/cluster")]
    [InlineData("/v1/nodes")]
    [InlineData("/v1/slots")]
    [InlineData("/v1/sessions")]
    [InlineData("/v1/pools")]
    [InlineData("/v1/pools/db")]
    [InlineData("/v1/backends")]
    [InlineData("/v1/leases")]
    [InlineData("/v1/pins")]
    [InlineData("/v1/settings")]
    public async Task A_member_that_cannot_be_reached_is_named_in_every_answer(string path)
    {
        _cluster.Cut.Add("b");
        var answer = await GetAsync(path);
        var missing = Assert.Single(answer["unreachable"]!.AsArray())!;
        Assert.Equal(("b", 2, "the line is cut"), ((string)missing["node"]!, (int)missing["slot"]!, (string)missing["reason"]!));
        Assert.DoesNotContain(answer["items"]!.AsArray(), i => (string?)i!["node"] == "b");
        Assert.Equal("prod", (string)answer["cluster"]!);
    }

    [Fact]
    public async Task A_session_is_shown_and_ended_wherever_it_is()
    {
        var client = await _cluster.Nodes[2].LogInAsync("app", "shop");
        await client.QueryAsync("SET sql_mode = 'ANSI'");
        await _cluster.Nodes[2].HoldsAsync(client, false);

        var shown = (await GetAsync($"/v1/sessions/{client.ConnectionId}"))["items"]![0]!;
        Assert.Equal(("c", "app", "ANSI"), ((string)shown["node"]!, (string)shown["user"]!, (string)shown["settings"]!["differences"]!["sql_mode"]!));
        var (status, killed) = await PostAsync($"/v1/sessions/{client.ConnectionId}/kill", "{}");
        Assert.Equal((HttpStatusCode.OK, "shop", (string)shown["client"]!), (status, (string?)killed["items"]![0]!["database"], (string)killed["items"]![0]!["client"]!));
        await TestNode.UntilAsync(() => _cluster.Nodes[2].Services.Sessions.Count == 0, "the session ends");
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync($"/v1/sessions/{client.ConnectionId}/kill", "{}")).Status);
    }

    [Fact]
    public async Task A_session_of_a_slot_that_nobody_owns_is_not_found_and_one_of_a_lost_member_is_unreachable()
    {
        _cluster.Cut.Add("b");
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync($"/v1/sessions/{(9u << 22) + 5}/kill", "{}")).Status);
        var (status, body) = await PostAsync($"/v1/sessions/{(2u << 22) + 5}/kill", "{}");
        Assert.Equal((HttpStatusCode.BadGateway, "unreachable"), (status, (string)body["error"]!));
    }

    [Fact]
    public async Task Pools_are_paused_resized_and_resumed_on_all_members_or_on_one()
    {
        Assert.Equal(3, (await PostAsync("/v1/pools/db/pause", "{}")).Body["items"]!.AsArray().Count);
        Assert.All(_cluster.Nodes, n => Assert.Equal(PoolMode.Paused, n.Backend.Pool.Mode));
        await PostAsync("/v1/pools/db/resume", """{ "node": "b" }""");
        Assert.Equal([PoolMode.Paused, PoolMode.Serving, PoolMode.Paused], _cluster.Nodes.Select(n => n.Backend.Pool.Mode));
        await PostAsync("/v1/pools/db/resize", """{ "node": "b", "connections": 9 }""");
        Assert.Equal([3, 9, 3], _cluster.Nodes.Select(n => n.Now.Max));
        var backend = (await GetAsync("/v1/backends"))["items"]![0]!;
        Assert.Equal((3, 15, "Mixed"), ((int)backend["nodes"]!, (int)backend["share"]!, (string)backend["mode"]!));
    }

    [Fact]
    public async Task A_backend_is_drained_by_all_members_as_their_connections_come_back()
    {
        var (idle, busy) = (await _cluster.Nodes[0].LogInAsync(), await _cluster.Nodes[1].LogInAsync());
        await idle.QueryAsync("SELECT 1");
        await busy.QueryAsync("BEGIN");
        await _cluster.Nodes[1].HoldsAsync(busy, true);

        Assert.Equal(3, (await PostAsync("/v1/backends/db/drain", "{}")).Body["items"]!.AsArray().Count);
        await PassAsync(() => _cluster.Nodes[0].Now.Active == 0, "the idle one is closed");
        Assert.Equal((1, 1), (_cluster.Nodes[1].Now.Leased, _cluster.Nodes[1].Now.Active));
        await busy.QueryAsync("COMMIT");
        await PassAsync(() => _cluster.Nodes.All(n => n.Now is { Active: 0, Control: 0 }), "the last one is closed");
        Assert.All((await GetAsync("/v1/pools"))["items"]!.AsArray(), p => Assert.Equal("Drained", (string)p!["mode"]!));
    }

    [Fact]
    public async Task Settings_that_are_equal_on_several_members_are_one_line()
    {
        foreach (var node in _cluster.Nodes)
        {
            var client = await node.LogInAsync("app", "shop");
            await client.QueryAsync("SET sql_mode = 'ANSI'");
            await node.HoldsAsync(client, false);
            await node.LogInAsync("other", "shop");
        }

        var top = (await GetAsync("/v1/settings"))["items"]!.AsArray();

        var ansi = Assert.Single(top, t => (string?)t!["differences"]!["sql_mode"] == "ANSI")!;
        Assert.Equal((3, 3, "shop"), ((int)ansi["sessions"]!, (int)ansi["nodes"]!, (string)ansi["database"]!));
    }

    [Fact]
    public async Task Pins_and_leases_tell_why_without_what_people_wrote()
    {
        var client = await _cluster.Nodes[1].LogInAsync();
        await client.QueryAsync("SELECT GET_LOCK('a secret', 1)");
        await _cluster.Nodes[1].HoldsAsync(client, true);

        var pin = Assert.Single((await GetAsync("/v1/pins?reason=userlocks"))["items"]!.AsArray())!;
        Assert.Equal(("b", "UserLocks"), ((string)pin["node"]!, (string)pin["reasons"]!));
        var lease = Assert.Single((await GetAsync("/v1/leases"))["items"]!.AsArray())!;
        Assert.Equal((client.ConnectionId, "UserLocks"), ((uint)lease["session"]!, (string)lease["held"]!));
        foreach (var path in new[] { "/v1/pins", "/v1/leases", "/v1/sessions", $"/v1/sessions/{client.ConnectionId}", "/sessions" })
        {
            Assert.DoesNotContain("secret", await _http.GetStringAsync(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_member_drains_resumes_and_leaves_and_is_not_resumed_after_that()
    {
        await PostAsync("/v1/nodes/drain", """{ "node": "c" }""");
        Assert.Equal([MemberRole.Up, MemberRole.Up, MemberRole.Draining], _cluster.Lives.Select(l => l.Role));
        await PostAsync("/v1/nodes/resume", """{ "node": "c" }""");
        Assert.Equal(MemberRole.Up, _cluster.Lives[2].Role);
        await PostAsync("/v1/cluster/leave", """{ "node": "c" }""");
        Assert.Equal([false, false, true], _cluster.Lives.Select(l => l.HasLeft));
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("/v1/nodes/resume", """{ "node": "c" }""")).Status);
        await PostAsync("/v1/cluster/down", "{}");
        Assert.All(_cluster.Lives, l => Assert.True(l.HasLeft));
    }

    [Theory]
    [InlineData("GET", "/v1/sessions?limit=0", null, 400)]
    [InlineData("GET", "/v1/sessions?limit=x", null, 400)]
    [InlineData("GET", "/v1/sessions?color=red", null, 400)]
    [InlineData("GET", "/v1/sessions?user=a&user=b", null, 400)]
    [InlineData("GET", "/v1/sessions?pinned=maybe", null, 400)]
    [InlineData("GET", "/v1/pins?reason=TemporaryTable", null, 400)]
    [InlineData("GET", "/v1/pins?reason=Transaction", null, 400)]
    [InlineData("GET", "/v1/pins?reason=Soft", null, 400)]
    [InlineData("GET", "/v1/sessions/0", null, 400)]
    [InlineData("GET", "/v1/sessions/-1", null, 400)]
    [InlineData("GET", "/v1/sessions/99999999999", null, 400)]
    [InlineData("GET", "/v1/nodes?node=z", null, 404)]
    [InlineData("GET", "/v1/", null, 404)]
    [InlineData("GET", "/v1/pools/none", null, 404)]
    [InlineData("GET", "/v1/pools/db/pause", null, 405)]
    [InlineData("DELETE", "/v1/pools", null, 405)]
    [InlineData("POST", "/v1/pools/db/pause", "", 400)]
    [InlineData("POST", "/v1/pools/db/pause", "[]", 400)]
    [InlineData("POST", "/v1/pools/db/pause", "{", 400)]
    [InlineData("POST", "/v1/pools/db/pause", """{ "force": true }""", 400)]
    [InlineData("POST", "/v1/pools/db/pause", """{ "node": "a", "node": "a" }""", 400)]
    [InlineData("POST", "/v1/pools/db/pause", """{ "node": "\ud800" }""", 400)]
    [InlineData("POST", "/v1/pools/db/pause", """{ "node": {} }""", 400)]
    [InlineData("POST", "/v1/pools/none/pause", "{}", 404)]
    [InlineData("POST", "/v1/pools/db/resize", "{}", 400)]
    [InlineData("POST", "/v1/pools/db/resize", """{ "connections": 1 }""", 400)]
    [InlineData("POST", "/v1/pools/db/resize", """{ "connections": 99999 }""", 400)]
    [InlineData("POST", "/v1/pools/db/resize", """{ "connections": 5.5 }""", 400)]
    [InlineData("POST", "/v1/sessions/4194305/kill", """{ "scope": "world" }""", 400)]
    [InlineData("POST", "/v1/backends/db/drain", """{ "force": true }""", 400)]
    public async Task A_malformed_request_is_told_what_is_wrong_and_what_to_do_and_changes_nothing(string method, string path, string? body, int expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        var response = await _http.SendAsync(request);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.All(["error", "detail", "remedy"], part => Assert.NotEmpty((string)answer[part]!));
        Assert.All(_cluster.Nodes, n => Assert.Equal((PoolMode.Serving, 3), (n.Backend.Pool.Mode, n.Now.Max)));
        Assert.Contains($"outcome=\"{(string)answer["error"]!}\"}} 1\n", Metrics(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_a_page_in_a_browser_is_no_request()
    {
        using var form = new StringContent("{}", Encoding.UTF8, "text/plain");
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PostAsync("/v1/pools/db/pause", form)).StatusCode);
        Assert.Equal(PoolMode.Serving, _cluster.Nodes[0].Backend.Pool.Mode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        using var body = new StringContent($$"""{ "node": "{{new string('x', 20_000)}}" }""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PostAsync("/v1/pools/db/pause", body)).StatusCode);
    }

    [Fact]
    public async Task Without_the_token_nothing_is_told_or_done_and_it_is_counted()
    {
        _http.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync("/v1/sessions")).StatusCode);
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.PostAsync("/v1/pools/db/pause", body)).StatusCode);
        Assert.Equal(PoolMode.Serving, _cluster.Nodes[0].Backend.Pool.Mode);
        Assert.Contains("{way=\"post\",outcome=\"unauthorized\"} 1\n", Metrics(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "v": 0, "method": "GET", "path": "/v1/nodes", "arguments": {} }""")]
    [InlineData("""{ "v": 1, "method": "GET", "path": null, "arguments": {} }""")]
    [InlineData("""{ "v": 1, "method": "GET", "path": "/v1/nodes", "arguments": { "limit": null } }""")]
    public async Task What_is_no_request_of_another_node_is_refused(string message)
    {
        var answer = await _cluster.ServiceOf("b").AnswerAsync(new PeerName("x", new Incarnation(5), 1), Encoding.UTF8.GetBytes(message), CancellationToken.None);
        var reply = JsonNode.Parse(answer.Span)!;
        Assert.Equal((400, "malformed"), ((int)reply["status"]!, (string)reply["body"]!["error"]!));
    }

    [Fact]
    public async Task What_a_newer_release_adds_to_a_request_is_no_harm()
    {
        var message = """{ "v": 9, "method": "GET", "path": "/v1/nodes", "arguments": {}, "tomorrow": 1 }"""u8.ToArray();
        var answer = await _cluster.ServiceOf("b").AnswerAsync(new PeerName("x", new Incarnation(5), 1), message, CancellationToken.None);
        Assert.Equal(200, (int)JsonNode.Parse(answer.Span)!["status"]!);
    }

    private string Metrics()
    {
        var page = new PrometheusWriter();
        _cluster.Metrics.Write(page);
        return page.ToString();
    }

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(path))!;

    private async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var response = await _http.PostAsync(path, content);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    private Task PassAsync(Func<bool> until, string what) => TestNode.UntilAsync(
        () =>
        {
            _cluster.Nodes.ForEach(n => n.Time.Advance(TimeSpan.FromMilliseconds(100)));
            return until();
        },
        what);
}
