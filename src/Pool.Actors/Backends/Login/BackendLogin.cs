using System.Text;
using Pool.Actors.Runtime;
using Pool.Wire;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Actors.Backends.Login;

/// <summary>
/// Logs in at one server, over a stream that has just been connected: greeting, TLS, authentication. Used once and dropped.
/// Nothing is thrown for what a server or a network does.
/// </summary>
public sealed class BackendLogin
{
    /// <summary>utf8mb4_general_ci: known to every server. 255, MySQL's default, is not known to MariaDB.</summary>
    public const byte CollationId = 45;

    private const int MaxPayloadBytes = 64 * 1024;
    private const uint MaxPacketBytes = 1 << 30;

    /// <summary>No method needs more packets; a server that sends them is up to something else.</summary>
    private const int MaxSteps = 8;

    private static readonly KeyValuePair<string, string>[] s_ownAttributes = [new("_client_name", "pool"), new("program_name", "pool")];

    private readonly BackendLoginOptions _options;
    private readonly PacketChannel _channel;
    private ConnectFailure? _failure;

    /// <summary>Prepares a login.</summary>
    /// <param name="options">Whom to log in as.</param>
    /// <param name="transport">A stream on which nothing was received yet; aborted if the login fails.</param>
    public BackendLogin(BackendLoginOptions options, Transport transport)
    {
        _options = options;
        _channel = new PacketChannel(transport);
    }

    private bool IsEncrypted => _channel.Transport.IsEncrypted;

    /// <summary>Logs in; <paramref name="cancel"/> is the connect deadline.</summary>
    public async ValueTask<BackendLoginResult> RunAsync(CancellationToken cancel)
    {
        using var channel = _channel;
        using var expiry = cancel.UnsafeRegister(static state => ((PacketChannel)state!).Transport.Abort(), channel);
        var identity = await LogInAsync(cancel);
        if (identity is not null)
        {
            return new BackendLoginResult(identity, null);
        }

        channel.Transport.Abort();
        var failure = cancel.IsCancellationRequested && _failure?.Kind != ConnectFailureKind.NotPermitted
            ? new ConnectFailure(ConnectFailureKind.TimedOut, $"{_options.Host}: the login did not finish in time")
            : _failure;
        return new BackendLoginResult(null, failure);
    }

    private async ValueTask<BackendIdentity?> LogInAsync(CancellationToken cancel)
    {
        if (await ReadGreetingAsync() is not { } greeting)
        {
            return null;
        }

        var flags = BackendCapabilities.For(_options.Class, greeting.Offered);
        if (!await UpgradeAsync(greeting, flags, cancel)
            || !await AnnounceAsync(greeting.ThreadId, cancel)
            || !await SendAsync(ResponsePayload(greeting, flags | (IsEncrypted ? Capabilities.Ssl : Capabilities.None)))
            || !await AuthenticateAsync(greeting.Salt, flags))
        {
            return null;
        }

        return new BackendIdentity
        {
            ThreadId = greeting.ThreadId,
            VersionText = greeting.VersionText,
            Flavour = greeting.Flavour,
            Version = greeting.Version,
            Effective = flags,
            Transport = _channel.Transport,
        };
    }

    // Right before the account is named: one who is stopped in between is at the server by now, unauthenticated, for all to see.
    private async ValueTask<bool> AnnounceAsync(ulong threadId, CancellationToken cancel) =>
        _options.Permit is not { } permit
        || await permit.AnnounceAsync(threadId, _options.User, cancel)
        || Fail(ConnectFailureKind.NotPermitted, "the node may not open connections now");

    private async ValueTask<BackendGreeting?> ReadGreetingAsync()
    {
        if (await ReadAsync() is not { } payload)
        {
            return null;
        }

        var fault = BackendGreeting.TryRead(payload.Span, out var greeting);
        if (greeting is null)
        {
            return Fail<BackendGreeting>(ConnectFailureKind.Protocol, $"the greeting cannot be understood ({fault})");
        }

        var missing = BackendCapabilities.Needed & ~greeting.Offered;
        return missing == Capabilities.None
            ? greeting
            : Fail<BackendGreeting>(ConnectFailureKind.Protocol, $"server {greeting.VersionText} cannot be used: it lacks {missing}");
    }

    private async ValueTask<bool> UpgradeAsync(BackendGreeting greeting, Capabilities flags, CancellationToken cancel)
    {
        var isOffered = greeting.Offered.HasFlag(Capabilities.Ssl);
        var mode = _options.TlsMode;
        if (mode == BackendTlsMode.Disabled || (mode == BackendTlsMode.Preferred && (!isOffered || _options.Tls is null)))
        {
            return true;
        }

        if (!isOffered || _options.Tls is null)
        {
            return Fail(ConnectFailureKind.Tls, isOffered ? "TLS is required and not set up" : "TLS is required and the server does not offer it");
        }

        if (!await SendAsync(RequestPayload(flags)))
        {
            return false;
        }

        if (!_channel.Leftover.IsEmpty)
        {
            return Fail(ConnectFailureKind.Protocol, "the server talked before TLS began");
        }

        if (await _options.Tls.UpgradeClientAsync(_channel.Transport, _options.Host, mode, cancel) is not { } encrypted)
        {
            return Fail(ConnectFailureKind.Tls, $"the TLS handshake failed ({mode})");
        }

        _channel.Transport = encrypted;
        return true;
    }

    private async ValueTask<bool> AuthenticateAsync(byte[] salt, Capabilities flags)
    {
        for (var step = 0; step < MaxSteps && await ReadAsync() is { } payload; step++)
        {
            switch (payload.Span[0])
            {
                case OkPacket.Header:
                    var isClean = OkPacket.TryRead(payload.Span, flags, out _) == WireFault.None && _channel.Leftover.IsEmpty;
                    return isClean || Fail(ConnectFailureKind.Protocol, "the login ended with something else than an OK packet");

                case AuthSwitchRequest.Header:
                    var answer = ToSwitch(payload.Span, ref salt);
                    if (answer is null || !await SendAsync(answer))
                    {
                        return false;
                    }

                    break;

                case AuthMoreData.Header:
                    if (!await ContinueAsync(payload[1..], salt))
                    {
                        return false;
                    }

                    break;

                default:
                    return Fail(ConnectFailureKind.Protocol, "unexpected packet during authentication");
            }
        }

        return Fail(ConnectFailureKind.Protocol, "the authentication does not end");
    }

    private byte[]? ToSwitch(ReadOnlySpan<byte> payload, ref byte[] salt)
    {
        var fault = AuthSwitchRequest.TryRead(payload, out var request);
        if (fault != WireFault.None)
        {
            return Fail<byte[]>(ConnectFailureKind.Protocol, $"the authentication switch cannot be understood ({fault})");
        }

        var method = AuthMethodNames.Find(request.PluginName);
        if (IsEncrypted && (method == AuthMethod.ClearPassword || request.PluginName.SequenceEqual("sha256_password"u8)))
        {
            return BackendAnswer.Clear(_options.Password);
        }

        if (method is AuthMethod.NativePassword or AuthMethod.CachingSha2Password && request.Data.Length == Scramble.Length)
        {
            salt = request.Data.ToArray();
            return BackendAnswer.ToSalt(method, salt, _options.Password);
        }

        var name = Encoding.UTF8.GetString(request.PluginName[..Math.Min(request.PluginName.Length, 64)]);
        return Fail<byte[]>(ConnectFailureKind.AccessDenied,
            $"the server asks user '{_options.User}' for the authentication method '{name}', which is not used "
            + (IsEncrypted ? "here" : "on unencrypted connections") + "; servers also do that for users that do not exist");
    }

    /// <summary>The further steps of caching_sha2_password.</summary>
    private async ValueTask<bool> ContinueAsync(ReadOnlyMemory<byte> data, byte[] salt)
    {
        switch (data.Span)
        {
            case [CachingSha2Password.FastAuthSucceeded]:
                return true;
            case [CachingSha2Password.FullAuthNeeded]:
                return await SendAsync(IsEncrypted ? BackendAnswer.Clear(_options.Password) : [CachingSha2Password.PublicKeyRequest]);
        }

        // The server's public key. RSA takes its time, which an I/O thread does not have.
        var key = Encoding.UTF8.GetString(data.Span);
        var answer = await Task.Run(() => BackendAnswer.Encrypted(key, salt, _options.Password));
        return answer is not null ? await SendAsync(answer) : Fail(ConnectFailureKind.Protocol, "the server's RSA key cannot be used");
    }

    private static byte[] RequestPayload(Capabilities flags)
    {
        var payload = new byte[SslRequest.Length];
        var writer = new WireWriter(payload);
        Head(flags | Capabilities.Ssl).Write(ref writer);
        return payload;
    }

    private byte[] ResponsePayload(BackendGreeting greeting, Capabilities flags)
    {
        var method = greeting.Method is AuthMethod.NativePassword ? AuthMethod.NativePassword : AuthMethod.CachingSha2Password;
        var response = new HandshakeResponse
        {
            Head = Head(flags),
            Effective = flags,
            User = Encoding.UTF8.GetBytes(_options.User),
            AuthResponse = BackendAnswer.ToSalt(method, greeting.Salt, _options.Password),
            PluginName = method.WireName(),
            Attributes = ConnectionAttributes.Of(ConnectionAttributes.Encode([.. s_ownAttributes, .. _options.Attributes])),
        };
        var payload = new byte[response.MaxLength];
        var writer = new WireWriter(payload);
        response.Write(ref writer);
        return writer.Written.ToArray();
    }

    private static SslRequest Head(Capabilities flags) =>
        new() { ClientFlags = flags, MaxPacketBytes = MaxPacketBytes, CollationId = CollationId };

    /// <summary>Reads a packet that has at least one byte and is no error.</summary>
    private async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        var read = await _channel.ReadAsync(MaxPayloadBytes);
        switch (read)
        {
            case { Succeeded: true, Payload.Length: > 0 } when read.Payload.Span[0] != ErrPacket.Header:
                return read.Payload;
            case { Succeeded: true, Payload.Length: > 0 }:
                _failure ??= ServerErrors.Read(_options.Host, read.Payload.Span);
                break;
            case { Ended: true }:
                Fail(ConnectFailureKind.Unreachable, "the server closed the connection during the login");
                break;
            default:
                Fail(ConnectFailureKind.Protocol, $"malformed packet during the login ({read.Fault})");
                break;
        }

        return null;
    }

    private async ValueTask<bool> SendAsync(byte[] payload) =>
        await _channel.WriteAsync(payload) || Fail(ConnectFailureKind.Unreachable, "the server closed the connection during the login");

    // The first failure stays. Always false, to be returned.
    private bool Fail(ConnectFailureKind kind, string what)
    {
        _failure ??= new ConnectFailure(kind, $"{_options.Host}: {what}");
        return false;
    }

    private T? Fail<T>(ConnectFailureKind kind, string what)
        where T : class
    {
        Fail(kind, what);
        return null;
    }
}
