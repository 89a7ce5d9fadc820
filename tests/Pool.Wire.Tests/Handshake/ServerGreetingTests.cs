using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Handshake;

public sealed class ServerGreetingTests
{
    private const string MySql =
        "0A 392E372E342D3200 0B000000 0102030405060708 00 FFFF FF 0200 FFDF 15 00000000000000000000"
        + " 090A0B0C0D0E0F1011121314 00 63616368696E675F736861325F70617373776F726400";

    // LongPassword is clear, so the last four reserved bytes are flags.
    private const string MariaDb =
        "0A 352E352E352D31302E31312E31392D4D61726961444200 21000000 0102030405060708 00 FEF7 2D 0200 FF81 15 000000000000 1D000000"
        + " 090A0B0C0D0E0F1011121314 00 6D7973716C5F6E61746976655F70617373776F726400";

    private static readonly byte[] s_salt = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];

    [Fact]
    public void A_greeting_of_MySQL_is_read()
    {
        Assert.Equal(WireFault.None, ServerGreeting.TryRead(Packet.Hex(MySql), out var greeting));

        Assert.Equal("9.7.4-2"u8, greeting.ServerVersion);
        Assert.Equal(11u, greeting.ThreadId);
        Assert.Equal(s_salt, greeting.Salt);
        Assert.Equal((Capabilities)0xDFFF_FFFF, greeting.Capabilities);
        Assert.Equal(255, greeting.CollationId);
        Assert.Equal(ServerStatus.Autocommit, greeting.Status);
        Assert.Equal("caching_sha2_password"u8, greeting.PluginName);
    }

    [Fact]
    public void The_extended_capabilities_of_MariaDB_are_read()
    {
        Assert.Equal(WireFault.None, ServerGreeting.TryRead(Packet.Hex(MariaDb), out var greeting));

        Assert.Equal("5.5.5-10.11.19-MariaDB"u8, greeting.ServerVersion);
        Assert.Equal((Capabilities)0x1D_81FF_F7FE, greeting.Capabilities);
        Assert.Equal("mysql_native_password"u8, greeting.PluginName);
    }

    [Theory]
    [InlineData(MySql)]
    [InlineData(MariaDb)]
    public void What_was_read_is_written_as_it_was(string hex)
    {
        var bytes = Packet.Hex(hex);

        Assert.Equal(bytes, Rewrite(bytes));
    }

    [Theory]
    [InlineData(MySql)]
    [InlineData(MariaDb)]
    public void A_truncated_greeting_is_a_fault_at_every_length(string hex)
    {
        var bytes = Packet.Hex(hex);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(WireFault.Truncated, ServerGreeting.TryRead(bytes.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void Reserved_bytes_of_MySQL_are_no_capabilities()
    {
        var bytes = Packet.Hex(MySql);
        bytes.AsSpan(bytes.AsSpan().IndexOf(Packet.Hex("0000000000000000000009")), 10).Fill(0xFF);

        Assert.Equal(WireFault.None, ServerGreeting.TryRead(bytes, out var greeting));
        Assert.Equal((Capabilities)0xDFFF_FFFF, greeting.Capabilities);
    }

    [Fact]
    public void Other_protocols_are_not_supported()
    {
        var bytes = Packet.Hex(MySql);
        bytes[0] = 9;
        Assert.Equal(WireFault.Unsupported, ServerGreeting.TryRead(bytes, out _));

        bytes = Packet.Hex(MySql);
        bytes[23] = 0x7D;
        Assert.Equal(WireFault.Unsupported, ServerGreeting.TryRead(bytes, out _));
    }

    [Fact]
    public void A_hostile_salt_length_is_a_fault()
    {
        var bytes = Packet.Hex(MySql);
        bytes[29] = 0xFF;

        Assert.Equal(0x15, Packet.Hex(MySql)[29]);
        Assert.Equal(WireFault.Truncated, ServerGreeting.TryRead(bytes, out _));
    }

    private static byte[] Rewrite(byte[] bytes)
    {
        Assert.Equal(WireFault.None, ServerGreeting.TryRead(bytes, out var greeting));
        var buffer = new byte[greeting.MaxLength];
        var writer = new Primitives.WireWriter(buffer);
        greeting.Write(ref writer);
        return writer.Written.ToArray();
    }
}
