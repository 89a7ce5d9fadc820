using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Tests.Handshake;

public sealed class HandshakeResponseTests
{
    private const string Golden =
        "09A20800 00000001 2D 00000000000000000000000000000000000000 00000000"
        + " 726F6F7400 03 AABBCC 74657374 00 6D7973716C5F6E61746976655F70617373776F726400";

    // The capabilities that decide about the layout.
    private static readonly Capabilities[] s_layout =
    [
        Capabilities.SecureConnection, Capabilities.PluginAuthLengthEncoded, Capabilities.ConnectWithDatabase,
        Capabilities.PluginAuth, Capabilities.ConnectAttributes, Capabilities.ZstdCompression, Capabilities.LongPassword,
    ];

    [Fact]
    public void The_bytes_of_a_common_client_are_read()
    {
        Assert.Equal(WireFault.None, HandshakeResponse.TryRead(Packet.Hex(Golden), (Capabilities)ulong.MaxValue, out var response));

        Assert.Equal("root"u8, response.User);
        Assert.Equal<byte>([0xAA, 0xBB, 0xCC], response.AuthResponse.ToArray());
        Assert.Equal("test"u8, response.Database);
        Assert.Equal("mysql_native_password"u8, response.PluginName);
        Assert.Equal(45, response.Head.CollationId);
        Assert.Equal(1u << 24, response.Head.MaxPacketBytes);
        Assert.Equal(response.Head.ClientFlags, response.Effective);
    }

    [Fact]
    public void The_same_bytes_are_written()
    {
        HandshakeResponse.TryRead(Packet.Hex(Golden), (Capabilities)ulong.MaxValue, out var response);
        var buffer = new byte[response.MaxLength];
        var writer = new WireWriter(buffer);
        response.Write(ref writer);

        Assert.Equal(Packet.Hex(Golden), writer.Written.ToArray());
    }

    [Fact]
    public void Every_combination_of_capabilities_survives_the_wire_and_faults_at_every_truncation()
    {
        for (var bits = 0; bits < 1 << s_layout.Length; bits++)
        {
            var flags = Flags(bits);
            var bytes = Write(flags, flags);

            Assert.True(WireFault.None == HandshakeResponse.TryRead(bytes, flags, out var response), $"{flags}");
            Assert.Equal("user"u8, response.User);
            Assert.Equal("response"u8, response.AuthResponse);
            Assert.Equal(flags.HasFlag(Capabilities.ConnectWithDatabase) ? "db" : "", Text(response.Database));
            Assert.Equal(flags.HasFlag(Capabilities.PluginAuth) ? "plugin" : "", Text(response.PluginName));
            Assert.Equal(flags.HasFlag(Capabilities.ConnectAttributes) ? "a=1;long=" + new string('x', 300) + ";" : "", Text(response.Attributes));
            Assert.Equal(flags.HasFlag(Capabilities.ZstdCompression) ? 3 : 0, response.ZstdLevel);
            Assert.Equal(!flags.HasFlag(Capabilities.LongPassword), response.Effective.HasFlag(Capabilities.MariaDbStmtBulkOperations));

            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.True(HandshakeResponse.TryRead(bytes.AsSpan(0, length), flags, out _) != WireFault.None, $"{flags}, {length} bytes");
            }
        }
    }

    [Fact]
    public void The_layout_is_that_of_the_offered_capabilities_whatever_else_the_client_claims()
    {
        var offered = Flags(0b0001111);
        var bytes = Write(offered | Capabilities.ZstdCompression | Capabilities.QueryAttributes | Capabilities.MultiFactorAuth, offered);

        Assert.Equal(WireFault.None, HandshakeResponse.TryRead(bytes, offered, out var response));
        Assert.Equal("plugin"u8, response.PluginName);
        Assert.Equal(Capabilities.None, response.Effective & ~offered);
        Assert.True(response.Head.ClientFlags.HasFlag(Capabilities.QueryAttributes));
    }

    [Fact]
    public void Clients_from_before_4_1_are_not_supported() =>
        Assert.Equal(WireFault.Unsupported, HandshakeResponse.TryRead(Packet.Hex("0500 000000 726F6F7400"), Capabilities.None, out _));

    [Fact]
    public void Too_many_attribute_bytes_are_refused_before_they_are_looked_at()
    {
        var flags = Capabilities.Protocol41 | Capabilities.LongPassword | Capabilities.SecureConnection | Capabilities.ConnectAttributes;
        byte[] head = [.. Write(flags, flags & ~Capabilities.ConnectAttributes)];

        Assert.Equal(WireFault.TooLarge, HandshakeResponse.TryRead([.. head, 0xFD, 0x01, 0x00, 0x01], flags, out _));
        Assert.Equal(WireFault.TooLarge, HandshakeResponse.TryRead([.. head, 0xFE, 255, 255, 255, 255, 255, 255, 255, 255], flags, out _));
        Assert.Equal(WireFault.BadLength, HandshakeResponse.TryRead([.. head, 0xFB], flags, out _));
        Assert.Equal(WireFault.Truncated, HandshakeResponse.TryRead([.. head, 3, 1, 65, 5], flags, out _));
    }

    [Fact]
    public void A_hostile_response_length_is_a_fault()
    {
        var flags = Capabilities.Protocol41 | Capabilities.LongPassword | Capabilities.PluginAuthLengthEncoded;
        byte[] head = [.. Write(flags, flags)[..32], (byte)'u', 0];

        Assert.Equal(WireFault.Truncated, HandshakeResponse.TryRead([.. head, 0xFE, 255, 255, 255, 255, 255, 255, 255, 127], flags, out _));
        Assert.Equal(WireFault.BadLength, HandshakeResponse.TryRead([.. head, 0xFF], flags, out _));
    }

    private static Capabilities Flags(int bits) => s_layout
        .Where((_, i) => (bits & (1 << i)) != 0)
        .Aggregate(Capabilities.Protocol41, (all, flag) => all | flag)
        | ((bits & (1 << (s_layout.Length - 1))) == 0 ? Capabilities.MariaDbStmtBulkOperations : Capabilities.None);

    private static byte[] Write(Capabilities clientFlags, Capabilities layout) => Packet.Of(1000, (ref WireWriter writer) =>
        new HandshakeResponse
        {
            Head = new SslRequest { ClientFlags = clientFlags, CollationId = 45 },
            Effective = layout,
            User = "user"u8,
            AuthResponse = "response"u8,
            Database = "db"u8,
            PluginName = "plugin"u8,
            Attributes = ConnectionAttributes.Of(ConnectionAttributes.Encode([new("a", "1"), new("long", new string('x', 300))])),
            ZstdLevel = 3,
        }.Write(ref writer));

    private static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private static string Text(ConnectionAttributes attributes)
    {
        var text = "";
        foreach (var attribute in attributes)
        {
            text += $"{Text(attribute.Name)}={Text(attribute.Value)};";
        }

        return text;
    }
}
