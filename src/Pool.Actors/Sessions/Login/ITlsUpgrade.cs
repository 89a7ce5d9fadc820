using Pool.Actors.Runtime;

namespace Pool.Actors.Sessions.Login;

/// <summary>Turns a client's plain stream into an encrypted one: the listener's port to its certificate.</summary>
public interface ITlsUpgrade
{
    /// <summary>
    /// Does the server's part of a TLS handshake. Null if it failed or was cancelled; the plain stream is then of no more use.
    /// Never throws for what a peer does.
    /// </summary>
    /// <param name="transport">The plain stream; owned by the encrypted one from here on.</param>
    /// <param name="alreadyReceived">Bytes that were received behind the SSL request: the beginning of the TLS stream.</param>
    /// <param name="cancel">The deadline of the login.</param>
    ValueTask<Transport?> UpgradeServerAsync(Transport transport, ReadOnlyMemory<byte> alreadyReceived, CancellationToken cancel);
}
