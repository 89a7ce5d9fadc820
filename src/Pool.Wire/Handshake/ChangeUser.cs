using Pool.Wire.Commands;
using Pool.Wire.Primitives;

namespace Pool.Wire.Handshake;

/// <summary>
/// COM_CHANGE_USER: authenticate anew on an open connection. Servers answer with an authentication switch, so the response
/// in it, made for the greeting's salt, is never used.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_change_user.html"/>
/// </summary>
public readonly ref struct ChangeUser
{
    /// <summary>The new user's name.</summary>
    public required ReadOnlySpan<byte> User { get; init; }

    /// <summary>An answer to the greeting's salt; at most 255 bytes.</summary>
    public ReadOnlySpan<byte> AuthResponse { get; init; }

    /// <summary>The database to change to; empty for none at all.</summary>
    public ReadOnlySpan<byte> Database { get; init; }

    /// <summary>The new collation, 0 if the client does not say.</summary>
    public ushort CollationId { get; init; }

    /// <summary>The plugin that made <see cref="AuthResponse"/>; empty if the client does not say.</summary>
    public ReadOnlySpan<byte> PluginName { get; init; }

    /// <summary>What the client says about itself.</summary>
    public ConnectionAttributes Attributes { get; init; }

    /// <summary>Room that <see cref="Write"/> needs at most.</summary>
    public int MaxLength =>
        32 + User.Length + AuthResponse.Length + Database.Length + PluginName.Length + Attributes.Encoded.Length;

    /// <summary>Reads a payload, command byte included, on a connection with these capabilities.</summary>
    public static WireFault TryRead(ReadOnlySpan<byte> payload, Capabilities effective, out ChangeUser change)
    {
        change = default;
        var reader = new WireReader(payload);
        if (reader.Byte() != (byte)CommandCode.ChangeUser)
        {
            reader.Fail(WireFault.Malformed);
        }

        var user = reader.NulTerminated();
        var authResponse = effective.HasFlag(Capabilities.SecureConnection) ? reader.Take(reader.Byte()) : reader.NulTerminated();
        var database = reader.NulTerminated();

        // Old clients end here.
        var more = !reader.AtEnd;
        var collation = more ? reader.UInt16() : (ushort)0;
        var plugin = more && effective.HasFlag(Capabilities.PluginAuth) ? reader.NulTerminated() : default;
        var attributes = more && effective.HasFlag(Capabilities.ConnectAttributes) ? ConnectionAttributes.Read(ref reader) : default;
        if (reader.Fault != WireFault.None)
        {
            return reader.Fault;
        }

        change = new ChangeUser
        {
            User = user,
            AuthResponse = authResponse,
            Database = database,
            CollationId = collation,
            PluginName = plugin,
            Attributes = attributes,
        };
        return WireFault.None;
    }

    /// <summary>Writes the payload, command byte included.</summary>
    public void Write(ref WireWriter writer, Capabilities effective)
    {
        writer.Byte((byte)CommandCode.ChangeUser);
        writer.NulTerminated(User);
        if (effective.HasFlag(Capabilities.SecureConnection))
        {
            writer.Byte(checked((byte)AuthResponse.Length));
            writer.Bytes(AuthResponse);
        }
        else
        {
            writer.NulTerminated(AuthResponse);
        }

        writer.NulTerminated(Database);
        writer.UInt16(CollationId);
        if (effective.HasFlag(Capabilities.PluginAuth))
        {
            writer.NulTerminated(PluginName);
        }

        if (effective.HasFlag(Capabilities.ConnectAttributes))
        {
            Attributes.Write(ref writer);
        }
    }
}
