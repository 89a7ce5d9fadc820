using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Pool.Actors.Backends.Login;
using Pool.Actors.Sessions.Login;
using Pool.Host.Tls;

namespace Pool.Host.Transport;

/// <summary>TLS towards clients, with the listener's certificate.</summary>
internal sealed class ServerTlsUpgrade(TlsServer tls) : ITlsUpgrade
{
    /// <inheritdoc/>
    public ValueTask<Actors.Runtime.Transport?> UpgradeServerAsync(
        Actors.Runtime.Transport transport, ReadOnlyMemory<byte> alreadyReceived, CancellationToken cancel) =>
        TlsHandshake.RunAsync(transport, alreadyReceived, rests: true, s => s.AuthenticateAsServerAsync(tls.Options(), cancel));
}

/// <summary>TLS towards one backend.</summary>
public sealed class ClientTlsUpgrade(TlsClient tls) : IBackendTls
{
    /// <inheritdoc/>
    public ValueTask<Actors.Runtime.Transport?> UpgradeClientAsync(
        Actors.Runtime.Transport transport, string host, BackendTlsMode mode, CancellationToken cancel) =>
        TlsHandshake.RunAsync(transport, ReadOnlyMemory<byte>.Empty, rests: false, s => s.AuthenticateAsClientAsync(tls.Options(host, mode), cancel));
}

/// <summary>What both directions have in common.</summary>
internal static class TlsHandshake
{
    /// <summary>Runs the handshake on the thread pool; null if it failed, and the plain transport is then of no more use.</summary>
    /// <param name="transport">What is to be encrypted.</param>
    /// <param name="alreadyReceived">What has come of the handshake.</param>
    /// <param name="rests">As <see cref="TlsTransport"/> wants to know it.</param>
    /// <param name="authenticate">The handshake, on either side.</param>
    public static async ValueTask<Actors.Runtime.Transport?> RunAsync(
        Actors.Runtime.Transport transport, ReadOnlyMemory<byte> alreadyReceived, bool rests, Func<SslStream, Task> authenticate)
    {
        await Task.Yield();
        var plain = new TransportStream(transport, alreadyReceived);
        var stream = new SslStream(plain);
        try
        {
            await authenticate(stream);
            plain.IsHandshaking = false;
            return new TlsTransport(stream, transport, rests);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException or CryptographicException)
        {
            await stream.DisposeAsync();
            return null;
        }
    }
}
