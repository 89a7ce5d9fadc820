using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster;

/// <summary>How the program joins a cluster and leaves it.</summary>
public sealed class NodeStartTests
{
    // Three programs start.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task A_node_whose_etcd_is_not_there_yet_says_so_and_joins_when_it_is_and_leaves_at_its_end()
    {
        await using var etcd = new EtcdServers(members: 1);
        await using var node = await LaunchAsync(etcd, "one");
        await SaysAsync(node, "joining cluster live: the coordination store cannot be reached");
        await etcd.StartAsync();
        await SaysAsync(node, "waiting for backends: main");
        Assert.Contains("\"name\":\"one\"", await etcd.ControlAsync("get", "/pool/live/members/one"), StringComparison.Ordinal);
        node.Send(Signal.Terminate);
        Assert.Equal(0, await node.ExitAsync());
        Assert.Equal("", await etcd.ControlAsync("get", "/pool/live/members/one"));
        Assert.Contains("\"freedAt\":", await etcd.ControlAsync("get", "--prefix", "/pool/live/slots/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_node_of_the_same_name_waits_for_the_first_and_one_with_another_secret_ends()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var first = await LaunchAsync(etcd, "one");
        await SaysAsync(first, "waiting for backends: main");
        await using var second = await LaunchAsync(etcd, "one");
        await SaysAsync(second, "joining cluster live: there is a member one already, at 127.0.0.1:");
        await using var stranger = await LaunchAsync(etcd, "two", secret: "another-secret-of-16");
        Assert.Equal(1, await stranger.ExitAsync());
        Assert.Contains("cannot join: the cluster live has another secret", stranger.Log, StringComparison.Ordinal);
        first.Send(Signal.Kill);
        await SaysAsync(second, "waiting for backends: main");
    }

    private static async Task<PoolNode> LaunchAsync(EtcdServers etcd, string name, string secret = "the-secret-of-16-letters")
    {
        var node = new PoolNode();
        var configuration = new
        {
            Node = new { Name = name },
            Cluster = new
            {
                Name = "live",
                Etcd = new { Endpoints = etcd.Endpoints.Select(e => e.ToString()) },
                Secret = new { Environment = "CLUSTER_SECRET" },
                LeaseTime = "00:00:03",
                Address = "127.0.0.1",
                Port = FreePort.Next(),
                AdvertisedHost = "127.0.0.1",
            },
            Admin = new { Port = node.AdminPort },
            Listeners = new[] { new { Name = "main", Address = "127.0.0.1", node.Port, Backend = "main" } },
            Backends = new[] { new { Name = "main", Host = "127.0.0.1", Port = FreePort.Next() } },
            Accounts = new[] { new { Name = "main", Backend = "main", User = "pool", Password = (object?)null } },
            Users = new[] { new { Name = "app", Password = (object?)null } },
            Routes = new[] { new { Account = "main" } },
        };
        await node.LaunchAsync(JsonSerializer.Serialize(configuration), new Dictionary<string, string> { ["CLUSTER_SECRET"] = secret });
        return node;
    }

    private static async Task SaysAsync(PoolNode node, string expected)
    {
        var said = "";
        for (var waited = Stopwatch.StartNew(); !said.StartsWith(expected, StringComparison.Ordinal); await Task.Delay(50))
        {
            Assert.True(waited.Elapsed < s_patience, $"/readyz says \"{said}\" and not \"{expected}\"\n{node.Log}");
            said = await ReadyzAsync(node);
        }
    }

    private static async Task<string> ReadyzAsync(PoolNode node)
    {
        try
        {
            using var answer = await s_http.GetAsync(new Uri($"http://127.0.0.1:{node.AdminPort}/readyz"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            return await answer.Content.ReadAsStringAsync();
        }
        catch (HttpRequestException)
        {
            return "nothing";
        }
    }
}
