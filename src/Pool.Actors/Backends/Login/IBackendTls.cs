using Pool.Actors.Runtime;

namespace Pool.Actors.Backends.Login;

/// <summary>Turns a plain stream to a backend into an encrypted one.</summary>
public interface IBackendTls
{
    /// <summary>
    /// Does the client's part of a TLS handshake and verifies what <paramref name="mode"/> asks for. Null if anything of it
    /// failed, or it was cancelled. Never throws for what a server does.
    /// </summary>
    /// <param name="transport">The plain stream; owned by the encrypted one from here on.</param>
    /// <param name="host">The name that the certificate must have.</param>
    /// <param name="mode">Never <see cref="BackendTlsMode.Disabled"/>.</param>
    /// <param name="cancel">The connect deadline.</param>
    ValueTask<Transport?> UpgradeClientAsync(Transport transport, string host, BackendTlsMode mode, CancellationToken cancel);
}
