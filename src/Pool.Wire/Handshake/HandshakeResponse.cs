using Pool.Wire.Primitives;

namespace Pool.Wire.Handshake;

/// <summary>
/// The client's answer to the greeting: HandshakeResponse41. Its layout follows the <see cref="Effective"/> capabilities, the
/// intersection of what both sides said, because clients set bits that they were never offered and still write the layout of
/// the offered ones.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html"/>
/// </summary>
public readonly ref struct HandshakeResponse
{
    /// <summary>The fixed part, with the client's flags as it sent them.</summary>
    public required SslRequest Head { get; init; }

    /// <summary>What both sides can do; decides the layout.</summary>
    public required Capabilities Effective { get; init; }

    /// <summary>The user's name.</summary>
    public required ReadOnlySpan<byte> User { get; init; }

    /// <summary>The answer to the greeting's salt by the method of <see cref="PluginName"/>; empty for an empty password.</summary>
    public ReadOnlySpan<byte> AuthResponse { get; init; }

    /// <summary>The database to start in; empty for none.</summary>
    public ReadOnlySpan<byte> Database { get; init; }

    /// <summary>The plugin that made <see cref="AuthResponse"/>; empty without <see cref="Capabilities.PluginAuth"/>.</summary>
    public ReadOnlySpan<byte> PluginName { get; init; }

    /// <summary>What the client says about itself.</summary>
    public ConnectionAttributes Attributes { get; init; }

    /// <summary>The zstd compression level, 1 to 22; 0 if there is none.</summary>
    public byte ZstdLevel { get; init; }

    /// <summary>Room that <see cref="Write"/> needs at most.</summary>
    public int MaxLength =>
        SslRequest.Length + 32 + User.Length + AuthResponse.Length + Database.Length + PluginName.Length + Attributes.Encoded.Length;

    /// <summary>
    /// Reads a payload that answers a greeting which offered <paramref name="offered"/>. Bytes after the last known field are
    /// passed over: they belong to capabilities that were not offered.
    /// </summary>
    public static WireFault TryRead(ReadOnlySpan<byte> payload, Capabilities offered, out HandshakeResponse response)
    {
        response = default;
        var fault = SslRequest.TryRead(payload, out var head);
        if (fault != WireFault.None)
        {
            return fault;
        }

        var effective = head.ClientFlags & offered;
        var reader = new WireReader(payload[SslRequest.Length..]);
        var user = reader.NulTerminated();
        var authResponse = effective switch
        {
            _ when effective.HasFlag(Capabilities.PluginAuthLengthEncoded) => reader.LengthEncodedBytes(),
            _ when effective.HasFlag(Capabilities.SecureConnection) => reader.Take(reader.Byte()),
            _ => reader.NulTerminated(),
        };
        var database = effective.HasFlag(Capabilities.ConnectWithDatabase) ? reader.NulTerminated() : default;
        var plugin = effective.HasFlag(Capabilities.PluginAuth) ? reader.NulTerminated() : default;
        var attributes = effective.HasFlag(Capabilities.ConnectAttributes) ? ConnectionAttributes.Read(ref reader) : default;
        var zstdLevel = effective.HasFlag(Capabilities.ZstdCompression) ? reader.Byte() : (byte)0;
        if (reader.Fault != WireFault.None)
        {
            return reader.Fault;
        }

        response = new HandshakeResponse
        {
            Head = head,
            Effective = effective,
            User = user,
            AuthResponse = authResponse,
            Database = database,
            PluginName = plugin,
            Attributes = attributes,
            ZstdLevel = zstdLevel,
        };
        return WireFault.None;
    }

    /// <summary>
    /// Writes the payload. Without <see cref="Capabilities.PluginAuthLengthEncoded"/> the answer to the salt has at most 255
    /// bytes.
    /// </summary>
    public void Write(ref WireWriter writer)
    {
        Head.Write(ref writer);
        writer.NulTerminated(User);
        if (Effective.HasFlag(Capabilities.PluginAuthLengthEncoded))
        {
            writer.LengthEncodedBytes(AuthResponse);
        }
        else if (Effective.HasFlag(Capabilities.SecureConnection))
        {
            writer.Byte(checked((byte)AuthResponse.Length));
            writer.Bytes(AuthResponse);
        }
        else
        {
            writer.NulTerminated(AuthResponse);
        }

        if (Effective.HasFlag(Capabilities.ConnectWithDatabase))
        {
            writer.NulTerminated(Database);
        }

        if (Effective.HasFlag(Capabilities.PluginAuth))
        {
            writer.NulTerminated(PluginName);
        }

        if (Effective.HasFlag(Capabilities.ConnectAttributes))
        {
            Attributes.Write(ref writer);
        }

        if (Effective.HasFlag(Capabilities.ZstdCompression))
        {
            writer.Byte(ZstdLevel);
        }
    }
}
