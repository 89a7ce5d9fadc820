using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Cluster.Remote;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;
using Pool.Host.Tls;
using Pool.Host.Transport;
using Pool.Remote;

InlineCompletions.Enable();
if (args is not [var host, var port, var relayPort, var rounds])
{
    await Console.Error.WriteLineAsync("usage: pool-remote HOST PORT RELAY_PORT ROUNDS");
    return 2;
}

const int Statements = 500;
const int Connects = 40;
foreach (var mode in (BackendTlsMode[])[BackendTlsMode.Disabled, BackendTlsMode.Required])
{
    var connectionClass = new ConnectionClass("app", FoundRows: false, LocalFiles: false);
    var accounts = new Dictionary<string, (string, Func<string?>)> { ["app"] = ("app", () => Environment.GetEnvironmentVariable("APP_PASSWORD")) };
    var address = new BackendAddress(host, int.Parse(port, CultureInfo.InvariantCulture), mode, accounts);
    var relayAddress = new BackendAddress(host, int.Parse(relayPort, CultureInfo.InvariantCulture), mode, accounts);
    var (lender, borrower, single) = (new LoopbackPeers("lender", 1), new LoopbackPeers("borrower", 2), new LoopbackPeers("single", 3));
    var alone = await NewAsync(address, connectionClass, connections: 1);
    var relayed = await NewAsync(relayAddress, connectionClass, connections: 1);
    var lends = await NewAsync(address, connectionClass, connections: 4);
    var keeps = await NewAsync(address, connectionClass, connections: 0);
    var asks = await NewAsync(address, connectionClass, connections: 0);
    await using var lending = new RemoteLeases(new(), lender, lender, [lends.Backend], TimeProvider.System, NullLogger.Instance);
    await using var keeping = new RemoteLeases(new(), borrower, borrower, [keeps.Backend], TimeProvider.System, NullLogger.Instance);
    await using var asking = new RemoteLeases(
        new() { MaxLoan = TimeSpan.Zero }, single, single, [asks.Backend], TimeProvider.System, NullLogger.Instance);
    lender.Serve(lending);
    borrower.Meet(lender);
    single.Meet(lender);
    keeping.Start();
    asking.Start();
    await Task.Delay(TimeSpan.FromSeconds(1));

    Arm[] arms =
    [
        Arm.OfPool("local lease", alone.Backend.Pool, NeededOf(alone.Backend, connectionClass)),
        Arm.OfPool("local lease, through the dumb relay", relayed.Backend.Pool, NeededOf(relayed.Backend, connectionClass)),
        Arm.OfPool("remote lease, in a burst", keeps.Backend.Pool, NeededOf(keeps.Backend, connectionClass)),
        Arm.OfPool("remote lease, asked for each time", asks.Backend.Pool, NeededOf(asks.Backend, connectionClass)),
        Arm.OfConnects("new connection", alone.Connector, connectionClass),
    ];
    for (var round = -1; round < int.Parse(rounds, CultureInfo.InvariantCulture); round++)
    {
        foreach (var arm in arms)
        {
            await arm.RunAsync(arm == arms[^1] ? Connects : Statements);
        }

        // The runtime compiles hot methods anew during the first round.
        Array.ForEach(arms, a => { if (round < 0) { a.Forget(); } });
    }

    Console.WriteLine($"backend TLS {(mode == BackendTlsMode.Disabled ? "off" : "on")}");
    Console.WriteLine($"{"",-36}{"p50 us",10}{"p99 us",10}{"of local",10}{"of relayed",12}{"of new",10}");
    foreach (var arm in arms)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{arm.Name,-36}{arm.Median,10:F0}{arm.Percentile(0.99),10:F0}{arm.Median / arms[0].Median,10:F2}{arm.Median / arms[1].Median,12:F2}{arm.Median / arms[^1].Median,10:F3}"));
    }

    foreach (var (name, metrics) in keeping.Metrics.Select(m => ("in bursts", m.Value)).Concat(asking.Metrics.Select(m => ("each time", m.Value))))
    {
        Console.WriteLine($"borrowed {name}: {metrics.Borrowed.Value}, refused: {string.Join(", ", metrics.NotBorrowed.Values)}");
    }
}

return 0;

static Fingerprint NeededOf(Backend backend, ConnectionClass connectionClass) =>
    backend.Fingerprints.Acquire(connectionClass, new SessionSettings(backend.Fingerprints.Latest!, null, multiStatements: true));

static async Task<(Backend Backend, BackendConnector Connector)> NewAsync(BackendAddress address, ConnectionClass connectionClass, int connections)
{
    var (fingerprints, metrics, time) = (new FingerprintTable(), new PoolMetrics(), TimeProvider.System);
    var connector = new BackendConnector(address, new SocketDialer(), new ClientTlsUpgrade(new TlsClient()), fingerprints, new OpenGate());
    var options = new PoolOptions { Name = "main", DefaultClass = connectionClass, MaxConnections = connections + 1, MinIdle = connections };
    var pool = new BackendPool(options, connector, fingerprints, time, Random.Shared, metrics, NullLogger.Instance);
    var backend = new Backend("main", pool, metrics, new LeaseLimits(), time);
    var (facts, failure) = await BackendCheck.RunAsync(connector, fingerprints, connectionClass, CancellationToken.None);
    backend.Facts = facts ?? throw new InvalidOperationException(failure!.Text);
    await pool.StartAsync();
    return (backend, connector);
}
