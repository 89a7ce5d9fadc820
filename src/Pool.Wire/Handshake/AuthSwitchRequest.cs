using Pool.Wire.Primitives;

namespace Pool.Wire.Handshake;

/// <summary>
/// The server asks for another authentication method. The client answers with a packet that holds nothing but its response.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_auth_switch_request.html"/>
/// </summary>
public readonly ref struct AuthSwitchRequest
{
    /// <summary>The packet's first byte.</summary>
    public const byte Header = 0xFE;

    /// <summary>The plugin that is asked for.</summary>
    public required ReadOnlySpan<byte> PluginName { get; init; }

    /// <summary>The plugin's data, mostly a salt, without the NUL that ends it.</summary>
    public required ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Room that <see cref="Write"/> needs.</summary>
    public int MaxLength => 3 + PluginName.Length + Data.Length;

    /// <summary>
    /// Reads a payload. <see cref="WireFault.Unsupported"/>: the one-byte form, which asks for the authentication from before 4.1.
    /// </summary>
    public static WireFault TryRead(ReadOnlySpan<byte> payload, out AuthSwitchRequest request)
    {
        request = default;
        if (payload is [Header])
        {
            return WireFault.Unsupported;
        }

        var reader = new WireReader(payload);
        if (reader.Byte() != Header)
        {
            reader.Fail(WireFault.Malformed);
        }

        var plugin = reader.NulTerminated();
        var data = reader.Rest();
        if (reader.Fault != WireFault.None)
        {
            return reader.Fault;
        }

        request = new AuthSwitchRequest { PluginName = plugin, Data = data is [.. var salt, 0] ? salt : data };
        return WireFault.None;
    }

    /// <summary>Writes the payload.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.Byte(Header);
        writer.NulTerminated(PluginName);
        writer.NulTerminated(Data);
    }
}
