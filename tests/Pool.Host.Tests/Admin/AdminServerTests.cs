using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pool.Host.Admin;
using Pool.Host.Lifecycle;
using Pool.Testing;

namespace Pool.Host.Tests.Admin;

public sealed class AdminServerTests : IAsyncLifetime
{
    private readonly Drain _drain = new(new ManualTime());
    private readonly AdminAccess _access = new();
    private readonly Readiness _readiness;
    private readonly AdminServer _server;
    private readonly HttpClient _http = new();

    public AdminServerTests()
    {
        _readiness = new Readiness(_drain, ["main"], () => null);
        var node = new NodeStub();
        _server = new AdminServer(new IPEndPoint(IPAddress.Loopback, 0), _access, _readiness, node.Page(), node, NodeStub.Front());
    }

    public async Task InitializeAsync()
    {
        await _server.StartAsync(CancellationToken.None);
        _http.BaseAddress = _server.Address;
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        _drain.Dispose();
    }

    [Fact]
    public async Task It_is_healthy_when_it_answers()
    {
        var response = await _http.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task It_is_ready_when_the_backends_are_and_until_it_drains()
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _http.GetAsync("/readyz")).StatusCode);
        _readiness.BackendChecked("main");
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync("/readyz")).StatusCode);
        _drain.Begin(TimeSpan.FromSeconds(30));
        var response = await _http.GetAsync("/readyz");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining\n"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Metrics_come_in_the_text_format()
    {
        var response = await _http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("\npool_connections_max{backend=\"main\"} 64\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_and_pools_come_as_json()
    {
        var sessions = JsonDocument.Parse(await _http.GetStringAsync("/sessions")).RootElement;
        Assert.Equal(4194305, sessions[0].GetProperty("id").GetInt64());
        Assert.Equal(JsonValueKind.Null, sessions[0].GetProperty("database").ValueKind);
        var pools = JsonDocument.Parse(await _http.GetStringAsync("/pools")).RootElement;
        Assert.Equal(6, pools[0].GetProperty("snapshot").GetProperty("waiting").GetInt32());
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Basic right", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer right", HttpStatusCode.OK)]
    [InlineData("bearer right", HttpStatusCode.OK)]
    public async Task With_a_token_only_those_who_know_it_see_sessions_and_pools(string? authorization, HttpStatusCode expected)
    {
        _access.Replace("right");
        foreach (var path in new[] { "/sessions", "/pools" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            Assert.Equal(expected, (await _http.SendAsync(request)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync("/metrics")).StatusCode);
    }

    [Fact]
    public async Task A_token_can_be_replaced_while_it_runs()
    {
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "second");
        _access.Replace("first");
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync("/pools")).StatusCode);
        _access.Replace("second");
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync("/pools")).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("POST", "/metrics", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/sessions/../../etc/passwd", HttpStatusCode.NotFound)]
    public async Task Whatever_else_is_asked_for_is_not_there(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        Assert.Equal(expected, (await _http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_an_error_at_the_start()
    {
        var node = new NodeStub();
        await using var second = new AdminServer(new IPEndPoint(IPAddress.Loopback, _server.Address.Port), _access, _readiness, node.Page(), node, NodeStub.Front());
        await Assert.ThrowsAsync<IOException>(() => second.StartAsync(CancellationToken.None));
    }
}
