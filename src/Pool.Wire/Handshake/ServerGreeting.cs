using Pool.Wire.Auth;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Wire.Handshake;

/// <summary>
/// The server's first packet: HandshakeV10. A server that refuses at once sends an error packet instead; whoever reads the
/// greeting looks for its 0xFF first.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html"/>
/// </summary>
public readonly ref struct ServerGreeting
{
    /// <summary>The protocol version that is the packet's first byte.</summary>
    public const byte ProtocolVersion = 10;

    /// <summary>The version as the server writes it ("9.7.4", "5.5.5-10.11.19-MariaDB").</summary>
    public required ReadOnlySpan<byte> ServerVersion { get; init; }

    /// <summary>The server's id of the connection.</summary>
    public required uint ThreadId { get; init; }

    /// <summary>The salt of the authentication, <see cref="Scramble.Length"/> bytes.</summary>
    public required ReadOnlySpan<byte> Salt { get; init; }

    /// <summary>What the server offers.</summary>
    public required Capabilities Capabilities { get; init; }

    /// <summary>The server's default collation, low byte.</summary>
    public byte CollationId { get; init; }

    /// <summary>The status flags.</summary>
    public ServerStatus Status { get; init; }

    /// <summary>The authentication plugin that the salt is for.</summary>
    public ReadOnlySpan<byte> PluginName { get; init; }

    /// <summary>Room that <see cref="Write"/> needs at most.</summary>
    public int MaxLength => 64 + ServerVersion.Length + PluginName.Length;

    /// <summary>
    /// Reads a payload. <see cref="WireFault.Unsupported"/>: another protocol version, or a server from before the 4.1
    /// authentication.
    /// </summary>
    public static WireFault TryRead(ReadOnlySpan<byte> payload, out ServerGreeting greeting)
    {
        greeting = default;
        var reader = new WireReader(payload);
        if (reader.Byte() != ProtocolVersion && reader.Fault == WireFault.None)
        {
            return WireFault.Unsupported;
        }

        var version = reader.NulTerminated();
        var threadId = reader.UInt32();
        var saltHead = reader.Take(Scramble.HeadLength);
        reader.Skip(1);
        var capabilities = (Capabilities)reader.UInt16();
        var collation = reader.Byte();
        var status = (ServerStatus)reader.UInt16();
        capabilities |= (Capabilities)((ulong)reader.UInt16() << 16);
        var saltLength = reader.Byte();
        reader.Skip(6);
        var extended = reader.UInt32();
        if (reader.Fault == WireFault.None && !capabilities.HasFlag(Capabilities.Protocol41 | Capabilities.SecureConnection))
        {
            return WireFault.Unsupported;
        }

        var saltTail = reader.Take(Math.Max(Scramble.Length + 1, (int)saltLength) - Scramble.HeadLength);
        var plugin = capabilities.HasFlag(Capabilities.PluginAuth) ? reader.NulTerminated() : default;
        if (reader.Fault != WireFault.None)
        {
            return reader.Fault;
        }

        greeting = new ServerGreeting
        {
            ServerVersion = version,
            ThreadId = threadId,
            Salt = (byte[])[.. saltHead, .. saltTail[..(Scramble.Length - Scramble.HeadLength)]],
            Capabilities = capabilities | Extended(capabilities, extended),
            CollationId = collation,
            Status = status,
            PluginName = plugin,
        };
        return WireFault.None;
    }

    /// <summary>Writes the payload.</summary>
    public void Write(ref WireWriter writer)
    {
        var hasPlugin = Capabilities.HasFlag(Capabilities.PluginAuth);
        writer.Byte(ProtocolVersion);
        writer.NulTerminated(ServerVersion);
        writer.UInt32(ThreadId);
        writer.Bytes(Salt[..Scramble.HeadLength]);
        writer.Byte(0);
        writer.UInt16((ushort)Capabilities);
        writer.Byte(CollationId);
        writer.UInt16((ushort)Status);
        writer.UInt16((ushort)((ulong)Capabilities >> 16));
        writer.Byte(hasPlugin ? (byte)(Scramble.Length + 1) : (byte)0);
        writer.Zeros(6);
        writer.UInt32((uint)((ulong)Extended(Capabilities, (uint)((ulong)Capabilities >> 32)) >> 32));
        writer.NulTerminated(Salt[Scramble.HeadLength..]);
        if (hasPlugin)
        {
            writer.NulTerminated(PluginName);
        }
    }

    // MySQL's peers may leave anything in these bytes; they mean something only where LongPassword is clear.
    private static Capabilities Extended(Capabilities low, uint high) =>
        low.HasFlag(Capabilities.LongPassword) ? Capabilities.None : (Capabilities)((ulong)high << 32);
}
