using Pool.Actors.Runtime;
using Pool.Host.Transport;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>Strangers who connect and say nothing.</summary>
[Collection(MySqlFaults.Name)]
public sealed class FloodTests(FaultRig<MySqlServer> rig)
{
    private const int Strangers = 300, MaxHandshakes = 100;
    private const int TooManyConnections = 1040;

    [Fact]
    public async Task Half_open_connections_keep_clients_out_for_no_longer_than_a_handshake_may_take()
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync(
            new NodeSettings { MaxHandshakes = MaxHandshakes, HandshakeTimeout = TimeSpan.FromSeconds(4) });
        await using (var first = await node.ConnectAsync())
            await first.QueryAsync("SELECT 1");
        await node.RestsAsync(administrator);

        var strangers = await Task.WhenAll(Enumerable.Range(0, Strangers).Select(_ => DialAsync(node)));
        Assert.Equal(TooManyConnections, (await node.TryConnectAsync()).Failure?.ServerErrorCode);

        // Each hears at once that there is no room; or a greeting, and after the deadline the end.
        var words = await Task.WhenAll(strangers.Select(SqlClient.LastWordsAsync));
        Assert.Equal(Strangers - MaxHandshakes, words.Count(w => w == TooManyConnections));
        var client = (SqlClient?)null;
        await Eventually.TrueAsync(async () => (client = (await node.TryConnectAsync()).Client) is not null, () => "nobody gets in");
        Assert.Equal("1", await client!.QueryAsync("SELECT 1"));
        await client.DisposeAsync();

        foreach (var stranger in strangers)
            stranger.Abort();
        await node.RestsAsync(administrator);
    }

    private static async Task<Transport> DialAsync(FaultNode node) =>
        (await new SocketDialer().DialAsync("127.0.0.1", node.Process.Port, CancellationToken.None)).Transport!;
}
