using System.Security.Cryptography;
using System.Text;
using Pool.Actors.Runtime;
using Pool.Wire;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.Twin;

/// <summary>Logs a <see cref="WireClient"/> in, with any capabilities that tests want, without TLS.</summary>
internal static class WireLogin
{
    private const int MaxPayloadBytes = 64 * 1024;

    /// <summary>What every client says.</summary>
    public const Capabilities Always = Capabilities.LongPassword | Capabilities.LongFlag | Capabilities.Protocol41 | Capabilities.Transactions
        | Capabilities.SecureConnection | Capabilities.MultiResults | Capabilities.PsMultiResults | Capabilities.PluginAuth
        | Capabilities.ConnectWithDatabase;

    /// <summary>Reads the greeting and answers it; the effective capabilities, or an exception with the server's words.</summary>
    public static async Task<(Capabilities Effective, uint Id)> RunAsync(PacketChannel channel, WireIdentity identity)
    {
        var (response, effective, id) = Response(await ReadAsync(channel), identity);
        await channel.WriteAsync(response.Payload);
        for (var salt = response.Salt; ;)
        {
            switch (await ReadAsync(channel))
            {
                case [OkPacket.Header, ..]:
                    return (effective, id);
                case [AuthMoreData.Header, CachingSha2Password.FastAuthSucceeded]:
                    break;
                case [AuthMoreData.Header, CachingSha2Password.FullAuthNeeded]:
                    await channel.WriteAsync(new[] { CachingSha2Password.PublicKeyRequest });
                    break;
                case [AuthMoreData.Header, .. var key]:
                    await channel.WriteAsync(Encrypted(Encoding.ASCII.GetString(key), salt, identity.Password));
                    break;
                case [AuthSwitchRequest.Header, ..] request:
                    (var answer, salt) = Switched(request, identity);
                    await channel.WriteAsync(answer);
                    break;
                case var other:
                    throw new InvalidOperationException($"{identity.User} cannot log in: {Encoding.Latin1.GetString(other)}");
            }
        }
    }

    private static ((byte[] Payload, byte[] Salt) Response, Capabilities Effective, uint Id) Response(byte[] payload, WireIdentity identity)
    {
        if (ServerGreeting.TryRead(payload, out var greeting) != WireFault.None)
            throw new InvalidOperationException($"no greeting: {Encoding.Latin1.GetString(payload)}");
        var effective = (Always | identity.Flags) & greeting.Capabilities;
        var method = AuthMethodNames.Find(greeting.PluginName);
        var response = new HandshakeResponse
        {
            Head = new SslRequest { ClientFlags = effective, MaxPacketBytes = 1 << 30, CollationId = identity.Collation },
            Effective = effective,
            User = Encoding.UTF8.GetBytes(identity.User),
            AuthResponse = Answer(method, greeting.Salt.ToArray(), identity),
            PluginName = method.WireName(),
            Database = Encoding.UTF8.GetBytes(identity.Database),
        };
        var writer = new WireWriter(new byte[response.MaxLength]);
        response.Write(ref writer);
        return ((writer.Written.ToArray(), greeting.Salt.ToArray()), effective, greeting.ThreadId);
    }

    private static (byte[] Answer, byte[] Salt) Switched(byte[] payload, WireIdentity identity)
    {
        _ = AuthSwitchRequest.TryRead(payload, out var request);
        var salt = request.Data[..Scramble.Length].ToArray();
        return (Answer(AuthMethodNames.Find(request.PluginName), salt, identity), salt);
    }

    private static byte[] Answer(AuthMethod method, byte[] salt, WireIdentity identity)
    {
        var password = Encoding.UTF8.GetBytes(identity.Password);
        return method == AuthMethod.NativePassword ? NativePassword.Respond(password, salt) : CachingSha2Password.Respond(password, salt);
    }

    private static byte[] Encrypted(string publicKey, byte[] salt, string password)
    {
        byte[] clear = [.. Encoding.UTF8.GetBytes(password), 0];
        CachingSha2Password.Obfuscate(clear, salt);
        using var rsa = RSA.Create();
        rsa.ImportFromPem(publicKey);
        return rsa.Encrypt(clear, RSAEncryptionPadding.OaepSHA1);
    }

    private static async Task<byte[]> ReadAsync(PacketChannel channel)
    {
        var read = await channel.ReadAsync(MaxPayloadBytes);
        return read is { Succeeded: true, Payload.Length: > 0 } ? read.Payload.ToArray()
            : throw new InvalidOperationException($"the login ended: {read.Fault}");
    }
}
