using Pool.Actors.Backends;
using Pool.Actors.Settings;
using Pool.Testing;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>Connects to a server that nodes share, in the order in which the network does: greeting, announcement, login.</summary>
internal sealed class GatedConnector(FakeConnector server, IConnectGate gate) : IBackendConnector
{
    private static readonly ConnectOutcome s_refused = new(null, new(ConnectFailureKind.NotPermitted, "not now"));

    private int _loggingIn;

    /// <summary>Its node has died: no connect of it comes to anything.</summary>
    public bool IsDead { get; set; }

    /// <summary>What connects come to before the server has said anything; null for success.</summary>
    public ConnectFailureKind? Failing { get; set; }

    /// <summary>What a connect waits for between its announcement and its login.</summary>
    public Task Login { get; set; } = Task.CompletedTask;

    /// <summary>Logins that were begun.</summary>
    public int LoggingIn => Volatile.Read(ref _loggingIn);

    /// <summary>Logins that were under way when the right to them was lost, and were closed again.</summary>
    public int Undone { get; private set; }

    public bool MayConnect => !IsDead && gate.IsOpen;

    public void Ended(PooledConnection connection) => connection.Permit?.Ended();

    public async ValueTask<ConnectOutcome> ConnectAsync(ConnectionClass connectionClass, CancellationToken cancel)
    {
        if (Failing is { } kind)
        {
            return new ConnectOutcome(null, new(kind, "scripted"));
        }

        var threadId = server.Greet();
        if (gate.TryBegin() is not { } permit)
        {
            server.End(threadId);
            return s_refused;
        }

        var isAnnounced = await permit.AnnounceAsync(threadId, connectionClass.Account, cancel);
        Interlocked.Increment(ref _loggingIn);
        await Login;
        if (isAnnounced && !IsDead && server.LogIn(connectionClass, threadId) is { } connection)
        {
            connection.Permit = permit;
            if (permit.Holds)
            {
                return new ConnectOutcome(connection, null);
            }

            Undone++;
            await connection.CloseAsync(TimeSpan.FromSeconds(1));
        }

        server.End(threadId);
        permit.GiveUp();
        return s_refused;
    }
}
