using System.Security.Cryptography;
using System.Text;
using Pool.Wire;
using Pool.Wire.Auth;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Load;

/// <summary>
/// The connection phase without TLS, as a driver goes through it: greeting, response, authentication switch, RSA.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html"/>
/// </summary>
internal sealed class Login(PacketStream stream, LoadOptions options, ClientKind kind)
{
    private const Capabilities Spoken = Capabilities.LongPassword | Capabilities.LongFlag | Capabilities.ConnectWithDatabase
        | Capabilities.Protocol41 | Capabilities.Transactions | Capabilities.SecureConnection | Capabilities.MultiResults
        | Capabilities.PluginAuth;

    private AuthMethod _method;
    private byte[] _salt = [];

    /// <summary>Throws <see cref="ServerError"/> if the server does not let us in.</summary>
    public async ValueTask RunAsync()
    {
        stream.NextSequence = 0;
        ReadGreeting((await stream.ReadAsync()).Span);
        await stream.SendAsync(Response());
        while (true)
        {
            var packet = await stream.ReadAsync();
            switch (packet.Span[0])
            {
                case 0x00:
                    return;
                case 0xFF:
                    throw ReplyReader.Error(packet.Span);
                case AuthSwitchRequest.Header:
                    ReadSwitch(packet.Span);
                    await AnswerAsync(Prove());
                    break;
                case AuthMoreData.Header when packet.Span[1] == CachingSha2Password.FullAuthNeeded:
                    await AnswerAsync([CachingSha2Password.PublicKeyRequest]);
                    await AnswerAsync(Encrypt((await stream.ReadAsync()).Span[1..]));
                    break;
                default: // the fast response was right: OK follows
                    break;
            }
        }
    }

    private void ReadGreeting(ReadOnlySpan<byte> payload)
    {
        if (payload is [0xFF, ..])
        {
            throw ReplyReader.Error(payload);
        }

        Check(ServerGreeting.TryRead(payload, out var greeting));
        _method = AuthMethodNames.Find(greeting.PluginName);
        _salt = greeting.Salt.ToArray();
    }

    private void ReadSwitch(ReadOnlySpan<byte> payload)
    {
        Check(AuthSwitchRequest.TryRead(payload, out var request));
        _method = AuthMethodNames.Find(request.PluginName);
        _salt = request.Data.ToArray();
    }

    private byte[] Response()
    {
        var capabilities = Spoken | kind.Capabilities;
        var response = new HandshakeResponse
        {
            Head = new SslRequest { ClientFlags = capabilities, MaxPacketBytes = PacketHeader.MaxPayload, CollationId = kind.Collation },
            Effective = capabilities,
            User = Encoding.UTF8.GetBytes(options.User),
            AuthResponse = Prove(),
            Database = Encoding.UTF8.GetBytes(options.Database),
            PluginName = _method.WireName(),
        };
        var buffer = new byte[PacketHeader.Size + response.MaxLength];
        var writer = new WireWriter(buffer);
        writer.BeginPacket();
        response.Write(ref writer);
        writer.EndPacket(sequence: 1);
        return buffer[..writer.Position];
    }

    private byte[] Prove() => (options.Password, _method) switch
    {
        ("", _) => [],
        (_, AuthMethod.NativePassword) => NativePassword.Respond(Encoding.UTF8.GetBytes(options.Password), _salt),
        (_, AuthMethod.CachingSha2Password) => CachingSha2Password.Respond(Encoding.UTF8.GetBytes(options.Password), _salt),
        _ => throw new ServerError(ServerError.WrongAnswer, "the server wants an authentication method that is not spoken here"),
    };

    private byte[] Encrypt(ReadOnlySpan<byte> publicKey)
    {
        var password = Encoding.UTF8.GetBytes(options.Password + '\0');
        CachingSha2Password.Obfuscate(password, _salt);
        using var rsa = RSA.Create();
        rsa.ImportFromPem(Encoding.ASCII.GetString(publicKey));
        return rsa.Encrypt(password, RSAEncryptionPadding.OaepSHA1);
    }

    private ValueTask AnswerAsync(byte[] answer)
    {
        var packet = new byte[PacketHeader.Size + answer.Length];
        new PacketHeader(answer.Length, stream.NextSequence).Write(packet);
        answer.CopyTo(packet, PacketHeader.Size);
        return stream.SendAsync(packet);
    }

    private static void Check(WireFault fault)
    {
        if (fault != WireFault.None)
        {
            throw new ServerError(ServerError.WrongAnswer, $"the server's handshake is {fault}");
        }
    }
}
