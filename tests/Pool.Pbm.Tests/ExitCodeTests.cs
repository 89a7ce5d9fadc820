using System.Net;
using System.Net.Sockets;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Pooling;
using Pool.Host.Tests.Admin;

namespace Pool.Pbm.Tests;

public sealed class ExitCodeTests
{
    private const int Failed = 1;
    private const int Usage = 2;
    private const int Unreachable = 3;
    private const int NotAllowed = 4;

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("session")]
    [InlineData("session show")]
    [InlineData("session show abc")]
    [InlineData("session list --state asleep")]
    [InlineData("pool resize db many")]
    [InlineData("watch --interval 0")]
    [InlineData("watch --interval often")]
    [InlineData("watch --count 0")]
    [InlineData("session list --limit many")]
    [InlineData("session list --after x")]
    [InlineData("settings top --limit 0")]
    [InlineData("node drain --wait -1")]
    [InlineData("backend drain db --wait long")]
    [InlineData("completion tcsh")]
    [InlineData("node list --token secret")]
    [InlineData("node list --node ://")]
    [InlineData("node list --node 127.0.0.1")]
    [InlineData("node list --node [::1]")]
    public async Task What_cannot_be_understood_is_2_and_says_so(string line)
    {
        var shell = new Shell();
        Assert.Equal(Usage, await shell.RunAsync(line));
        Assert.StartsWith("pbm: ", shell.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", shell.Errors, StringComparison.Ordinal);
        Assert.Empty(shell.Output);
    }

    [Theory]
    [InlineData("node", "drain", "", "--yes")]
    [InlineData("cluster", "leave", "", "--yes")]
    [InlineData("pool", "pause", "db", "--member", "", "--yes")]
    [InlineData("pool", "pause", "db", "--member=", "--yes")]
    public async Task An_empty_name_is_2_and_does_not_stand_for_the_node_that_is_asked_or_all(params string[] arguments)
    {
        await using var cluster = await AdminCluster.StartAsync(nodes: 2);
        var shell = Shell.Of(cluster);
        Assert.Equal(Usage, await shell.RunAsync(arguments));
        Assert.StartsWith("pbm: ", shell.Errors, StringComparison.Ordinal);
        Assert.All(cluster.Lives, l => Assert.Equal((MemberRole.Up, false), (l.Role, l.HasLeft)));
        Assert.All(cluster.Nodes, n => Assert.Equal(PoolMode.Serving, n.Backend.Pool.Mode));
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_3()
    {
        var shell = new Shell().With("POOL_ADMIN", $"127.0.0.1:{UnusedPort()}");
        Assert.Equal(Unreachable, await shell.RunAsync("node list"));
        Assert.StartsWith("pbm: the node at 127.0.0.1:", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_node_of_ours_is_3()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().ReadAtLeastAsync(new byte[4], 4);
            await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"u8.ToArray());
        });
        var shell = new Shell().With("POOL_ADMIN", $"{listener.LocalEndpoint}");
        Assert.Equal(Unreachable, await shell.RunAsync("node list"));
        await serving;
    }

    [Fact]
    public async Task A_member_that_cannot_be_reached_is_3_and_the_others_are_shown()
    {
        await using var cluster = await AdminCluster.StartAsync(nodes: 3);
        cluster.Cut.Add("b");
        var shell = Shell.Of(cluster);
        Assert.Equal(Unreachable, await shell.RunAsync("pool list"));
        Assert.Equal(3, shell.Lines.Length);
        Assert.Equal("pbm: b cannot be reached: the line is cut\n", shell.Errors);
        Assert.Equal(Unreachable, await shell.RunAsync("node resume b"));
        Assert.Equal(Unreachable, await shell.RunAsync("node list --json"));
        Assert.Contains("the line is cut", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_one_of_the_nodes_refuses_is_1()
    {
        await using var cluster = await AdminCluster.StartAsync(nodes: 2);
        var shell = Shell.Of(cluster);
        Assert.Equal(Failed, await shell.RunAsync("pool resize db 99999"));
        Assert.StartsWith("pbm: connections is not a whole number", shell.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "the node wants its admin token: put it into POOL_ADMIN_TOKEN, or give --token-file")]
    [InlineData("wrong", "the node has another admin token than the one that was given")]
    public async Task Without_the_token_it_is_4(string? token, string reason)
    {
        await using var cluster = await AdminCluster.StartAsync();
        var shell = Shell.Of(cluster).With("POOL_ADMIN_TOKEN", token ?? "");
        Assert.Equal(NotAllowed, await shell.RunAsync("node list"));
        Assert.Equal($"pbm: {reason}\n", shell.Errors);
    }

    [Fact]
    public async Task The_token_may_be_in_a_file_which_goes_before_the_variable()
    {
        await using var cluster = await AdminCluster.StartAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, AdminCluster.Token + "\n");
        var shell = Shell.Of(cluster).With("POOL_ADMIN_TOKEN", "wrong");
        Assert.Equal(0, await shell.RunAsync($"node list --token-file {file}"));
        File.Delete(file);
        Assert.Equal(NotAllowed, await shell.RunAsync($"node list --token-file {file}"));
    }

    [Fact]
    public async Task The_node_on_the_command_line_goes_before_the_variable()
    {
        await using var cluster = await AdminCluster.StartAsync();
        var shell = Shell.Of(cluster).With("POOL_ADMIN", $"127.0.0.1:{UnusedPort()}");
        Assert.Equal(0, await shell.RunAsync($"node list --node {cluster.Address.Authority}"));
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
