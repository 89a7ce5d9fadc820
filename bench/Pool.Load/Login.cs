using System.Text;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Load;

/// <summary>
/// The connection phase without TLS, as a driver goes through it: greeting, response, authentication switch, RSA.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html"/>
/// </summary>
internal sealed class Login(PacketStream stream, LoadOptions options)
{
    private const byte Utf8Mb4GeneralCi = 45;

    private string _plugin = Scramble.NativePassword;
    private byte[] _nonce = [];

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
                case 0xFE:
                    ReadSwitch(packet.Span[1..]);
                    await AnswerAsync(Scramble.Prove(_plugin, options.Password, _nonce));
                    break;
                case 0x01 when packet.Span[1] == 0x04:
                    await AnswerAsync([0x02]);
                    var key = await stream.ReadAsync();
                    await AnswerAsync(Scramble.Encrypt(options.Password, _nonce, key.Span[1..]));
                    break;
                default: // 01 03: the cached proof was right, an OK follows
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

        var reader = new WireReader(payload);
        reader.Skip(1);
        reader.NulTerminated();
        reader.Skip(4);
        var first = reader.Take(8);
        reader.Skip(1 + 2 + 1 + 2 + 2 + 1 + 10);
        _nonce = [.. first, .. reader.Take(12)];
        reader.Skip(1);
        _plugin = Encoding.ASCII.GetString(reader.NulTerminated());
    }

    private void ReadSwitch(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        _plugin = Encoding.ASCII.GetString(reader.NulTerminated());
        _nonce = reader.Take(20).ToArray();
    }

    private byte[] Response()
    {
        var capabilities = Capabilities.LongPassword | Capabilities.LongFlag | Capabilities.ConnectWithDatabase | Capabilities.Protocol41
            | Capabilities.Transactions | Capabilities.SecureConnection | Capabilities.MultiResults | Capabilities.PluginAuth
            | (options.DeprecateEof ? Capabilities.DeprecateEof : Capabilities.None);
        var proof = Scramble.Prove(_plugin, options.Password, _nonce);
        var buffer = new byte[256 + options.User.Length + options.Database.Length];
        var writer = new WireWriter(buffer);
        writer.BeginPacket();
        writer.UInt32((uint)capabilities);
        writer.UInt32(PacketHeader.MaxPayload);
        writer.Byte(Utf8Mb4GeneralCi);
        writer.Zeros(23);
        writer.NulTerminated(Encoding.UTF8.GetBytes(options.User));
        writer.Byte((byte)proof.Length);
        writer.Bytes(proof);
        writer.NulTerminated(Encoding.UTF8.GetBytes(options.Database));
        writer.NulTerminated(Encoding.ASCII.GetBytes(_plugin));
        writer.EndPacket(sequence: 1);
        return buffer[..writer.Position];
    }

    private ValueTask AnswerAsync(byte[] answer)
    {
        var packet = new byte[PacketHeader.Size + answer.Length];
        new PacketHeader(answer.Length, stream.NextSequence).Write(packet);
        answer.CopyTo(packet, PacketHeader.Size);
        return stream.SendAsync(packet);
    }
}
