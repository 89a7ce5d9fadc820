using Pool.Actors.Backends.Login;
using Pool.Actors.Runtime;
using Pool.Actors.Settings;

namespace Pool.Actors.Backends;

/// <summary>How one backend is reached. Immutable; replaced as a whole on reload.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="TlsMode">How much TLS.</param>
/// <param name="Accounts">Per account: the server's user, and where its password comes from.</param>
public sealed record BackendAddress(
    string Host, int Port, BackendTlsMode TlsMode, IReadOnlyDictionary<string, (string User, Func<string?> Password)> Accounts);

/// <summary>Opens connections to one backend over the network: dials, logs in, and brings them to the baseline.</summary>
public sealed class BackendConnector(
    BackendAddress address,
    IDialer dialer,
    IBackendTls? tls,
    FingerprintTable fingerprints,
    IConnectGate gate,
    TimeProvider? time = null)
    : IBackendConnector
{
    private static readonly TimeSpan s_closePatience = TimeSpan.FromSeconds(1);
    private BackendAddress _address = address;

    /// <summary>How the backend is reached; a change holds for the next connect.</summary>
    public BackendAddress Address
    {
        get => Volatile.Read(ref _address);
        set => Volatile.Write(ref _address, value);
    }

    /// <inheritdoc/>
    public bool MayConnect => gate.IsOpen;

    /// <inheritdoc/>
    public void Ended(PooledConnection connection) => connection.Permit?.Ended();

    /// <inheritdoc/>
    public async ValueTask<ConnectOutcome> ConnectAsync(ConnectionClass connectionClass, CancellationToken cancel)
    {
        if (gate.TryBegin() is not { } permit)
        {
            return NotPermitted();
        }

        var outcome = await ConnectAsync(connectionClass, permit, cancel);
        (outcome.Connection ?? outcome.Unfinished)?.Permit = permit;
        if (outcome.Connection is { } connection && !permit.Holds)
        {
            // Opened while the right to it was lost: the others may be looking for it already, and must not see it for long.
            outcome = NotPermitted() with { Unfinished = connection };
        }

        if (outcome is { Connection: null, Unfinished: null })
        {
            permit.GiveUp();
        }

        return outcome;
    }

    private async ValueTask<ConnectOutcome> ConnectAsync(ConnectionClass connectionClass, IConnectPermit permit, CancellationToken cancel)
    {
        var address = Address;
        if (!address.Accounts.TryGetValue(connectionClass.Account, out var account))
        {
            return Failed(ConnectFailureKind.AccessDenied, $"account '{connectionClass.Account}' is not configured any more");
        }

        var dialled = await dialer.DialAsync(address.Host, address.Port, cancel);
        if (dialled.Transport is not { } transport)
        {
            var kind = cancel.IsCancellationRequested ? ConnectFailureKind.TimedOut : ConnectFailureKind.Unreachable;
            return Failed(kind, $"{address.Host}:{address.Port}: {dialled.Failure}");
        }

        var login = new BackendLogin(
            new BackendLoginOptions
            {
                Host = address.Host,
                User = account.User,
                Password = account.Password,
                Class = connectionClass,
                TlsMode = address.TlsMode,
                Tls = tls,
                Attributes = permit.Attributes,
                Permit = permit,
            },
            transport);
        var result = await login.RunAsync(cancel);
        if (result.Identity is not { } identity)
        {
            return new ConnectOutcome(null, result.Failure);
        }

        // A reset first, so that init_connect cannot make a fresh connection differ from one that was reset.
        var connection = new BackendConnection(identity, connectionClass, fingerprints, time ?? TimeProvider.System);
        using var abort = cancel.UnsafeRegister(static c => ((BackendConnection)c!).Abort(), connection);
        if (await connection.ResetAsync(database: null, multiStatements: true, fingerprints.Catalogue))
        {
            return new ConnectOutcome(connection, null);
        }

        // Its thread may be busy with init_connect, say, and does not notice that nobody waits for it.
        var hasEnded = await connection.CloseAsync(s_closePatience);
        return Failed(ConnectFailureKind.Protocol, $"{address.Host}:{address.Port}: the connection could not be brought to its baseline: {connection.ResetRefusal}")
            with { Unfinished = hasEnded ? null : connection };
    }

    private static ConnectOutcome NotPermitted() => new(null, ConnectFailure.NotPermitted);

    private static ConnectOutcome Failed(ConnectFailureKind kind, string text) => new(null, new ConnectFailure(kind, text));
}
