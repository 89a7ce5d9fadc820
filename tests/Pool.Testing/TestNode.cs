using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Pooling;
using Pool.Actors.Sessions;
using Pool.Actors.Sessions.Login;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;
using Pool.Wire.Statements;

namespace Pool.Testing;

/// <summary>
/// A node without a process: the door, one backend and its pool over a <see cref="FakeServer"/>, on a clock that stands still.
/// The users "app" and "other" lead to the same account, "admin" may kill others' sessions, "one" may have one session.
/// </summary>
public sealed class TestNode : IAsyncDisposable
{
    private const string Account = "main";

    /// <summary>After this a test has failed rather than that the machine is slow.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private static readonly PasswordKey s_key = new();

    private static readonly string[] s_users = ["app", "other", "admin", "one"];

    /// <summary>Starts a node whose pool has this many connections for sessions, and one for control.</summary>
    public TestNode(
        int connections = 2,
        FakeServer? server = null,
        Func<PoolOptions, PoolOptions>? pool = null,
        LeaseLimits? limits = null,
        ServerFlavour flavour = ServerFlavour.MySql,
        int slot = 1)
    {
        // Timestamp 0 means "not under way" to some.
        Time.Advance(TimeSpan.FromHours(1));
        Server = server ?? new FakeServer { KeepsWarnings = flavour == ServerFlavour.MariaDb };
        var fingerprints = FakeVariables.NewTable(Server);
        var connectionClass = new ConnectionClass(Account, FoundRows: false, LocalFiles: false);
        var options = new PoolOptions { Name = "db", DefaultClass = connectionClass, MaxConnections = connections + 1 };
        var address = new BackendAddress("db", 3306, BackendTlsMode.Disabled,
            new Dictionary<string, (string, Func<string?>)> { [Account] = ("pool", () => "secret") });
        var connector = new BackendConnector(address, Server, null, fingerprints, Gate, Time);
        var metrics = new PoolMetrics();
        var backendPool = new BackendPool(
            pool?.Invoke(options) ?? options, connector, fingerprints, Time, new Random(1), metrics, NullLogger.Instance);
        Backend = new Backend("db", backendPool, metrics, limits ?? new LeaseLimits(), Time) { Facts = FactsOf(flavour) };
        Services = new SessionServices(new SessionTable(slot, new Random(1)), new SessionMetrics(), Time, NullLogger.Instance);
        var rights = new Dictionary<string, UserRights> { ["admin"] = new(0, CanKillOthers: true), ["one"] = new(1, CanKillOthers: false) };
        Admission = new SessionAdmission(Services, new RouteTable([new RouteRule(null, null, null, Account, Backend)]), rights);
        Listener = new ListenerContext
        {
            Name = "front",
            Backend = Backend,
            MaxSessions = 1000,
            MaxHandshakes = 1000,
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            Login = LoginOf(Time),
        };
        backendPool.StartAsync().AsTask().Wait();
    }

    /// <summary>The clock of everything.</summary>
    public ManualTime Time { get; } = new();

    /// <summary>The database server.</summary>
    public FakeServer Server { get; }

    /// <summary>Whether it may connect.</summary>
    public SwitchGate Gate { get; } = new();

    /// <summary>The backend.</summary>
    public Backend Backend { get; }

    /// <summary>What sessions share.</summary>
    public SessionServices Services { get; }

    /// <summary>The door.</summary>
    public SessionAdmission Admission { get; }

    /// <summary>The listener.</summary>
    public ListenerContext Listener { get; }

    /// <summary>What the pool holds now.</summary>
    public PoolSnapshot Now => Backend.Pool.Snapshot();

    /// <summary>Waits for what other flows do, without a deadline that a slow machine would miss.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var started = Stopwatch.GetTimestamp(); !condition();)
        {
            if (Stopwatch.GetElapsedTime(started) > s_limit)
            {
                throw new TimeoutException($"never happened: {what}");
            }

            await Task.Delay(1);
        }
    }

    /// <summary>A client that has connected and said nothing yet.</summary>
    public FakeClient Connect(int? seed = null, int capacity = 1 << 20, ListenerContext? listener = null)
    {
        var (near, far) = PipeTransport.CreatePair(seed, capacity);
        var link = new FakeClientLink(far);
        _ = Admission.AdmitAsync(link, listener ?? Listener);
        return new FakeClient(near, link);
    }

    /// <summary>A client that has logged in.</summary>
    public async Task<FakeClient> LogInAsync(
        string user = "app",
        string? database = null,
        Capabilities flags = FakeClient.Flags,
        byte collation = 45,
        int? seed = null,
        int capacity = 1 << 20)
    {
        var client = Connect(seed, capacity);
        var result = await client.MeetAsync() ?? await client.LogInAsync(user, database, flags, collation);
        return result.Succeeded ? client : throw new InvalidOperationException($"the login failed: {result}");
    }

    /// <summary>Waits until this many bytes more have been read from clients.</summary>
    public async Task ReadsAsync(int bytes, Func<Task> send)
    {
        var expected = Services.Metrics.BytesFromClients.Value + bytes;
        await send();
        await UntilAsync(() => Services.Metrics.BytesFromClients.Value == expected, $"{bytes} bytes are read");
    }

    /// <summary>A client's session.</summary>
    public Session SessionOf(FakeClient client) =>
        Services.Sessions.Find(new(client.ConnectionId)) ?? throw new InvalidOperationException("the session has ended");

    /// <summary>
    /// Waits until no session holds a connection and none is on its way. Time passes meanwhile if one closes, since a server that
    /// has to be asked whether it has ended a connection is asked at intervals.
    /// </summary>
    public async Task RestAsync()
    {
        try
        {
            await UntilAsync(
                () =>
                {
                    var now = Now;
                    if (now.Closing > 0)
                    {
                        Time.Advance(TimeSpan.FromMilliseconds(100));
                    }

                    return now is { Leased: 0, Connecting: 0, Closing: 0, Waiting: 0, IsConserved: true };
                },
                "rest");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}: {Now}");
        }
    }

    /// <summary>Waits until a client's session holds a connection, or holds none.</summary>
    public Task HoldsAsync(FakeClient client, bool holds) => UntilAsync(
        () => SessionOf(client) is var session && session.HoldsLease == holds && !session.IsBusy, holds ? "it holds a connection" : "it holds none");

    /// <summary>Waits until a client's session keeps its connection for just these reasons: the client has its answer a moment earlier.</summary>
    public Task PinnedAsync(FakeClient client, PinReasons reasons) =>
        UntilAsync(() => SessionOf(client) is { IsBusy: false } session && session.Pins == reasons, $"it is pinned by {reasons}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in Services.Sessions.All())
        {
            _ = session.KillAsync(KillScope.Connection);
        }

        await UntilAsync(() => Services.Sessions.Count == 0, "all sessions end");
        var ending = Backend.Pool.DisposeAsync().AsTask();
        await UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromMilliseconds(250));
                return ending.IsCompleted;
            },
            "the pool ends");
    }

    private static LoginContext LoginOf(ManualTime time) => new()
    {
        ServerVersion = "8.4.0",
        Offered = FakeServer.Offered,
        DefaultMethod = AuthMethod.NativePassword,
        CollationId = 45,
        Users = new UserDirectory([.. s_users.Select(u => UserCredential.FromClearPassword(u, FakeClient.Password, requireTls: false))]),
        Key = s_key,
        Throttle = new LoginThrottle(time),
        Time = time,
    };

    private static BackendFacts FactsOf(ServerFlavour flavour)
    {
        var isMariaDb = flavour == ServerFlavour.MariaDb;
        return new BackendFacts(flavour, "8.4.0", FakeVariables.Collations, isMariaDb);
    }
}
