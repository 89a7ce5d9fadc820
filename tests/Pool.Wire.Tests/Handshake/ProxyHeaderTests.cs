using System.Net;
using Pool.Wire.Handshake;

namespace Pool.Wire.Tests.Handshake;

public sealed class ProxyHeaderTests
{
    private const string Signature = "0D0A0D0A000D0A515549540A";
    private const string V4 = Signature + "21 11 000C 0A000001 0A000002 C350 0CEA";
    private const string V6 =
        Signature + "21 21 0024 20010DB8000000000000000000000001 20010DB8000000000000000000000002 C350 0CEA";

    [Theory]
    [InlineData(V4, "10.0.0.1:50000")]
    [InlineData(V6, "[2001:db8::1]:50000")]
    [InlineData(Signature + "21 11 0010 0A000001 0A000002 C350 0CEA 04000100", "10.0.0.1:50000")]
    public void The_clients_address_is_read(string hex, string client)
    {
        Assert.Equal(WireFault.None, ProxyHeader.TryRead(Packet.Hex(hex), out var header));
        Assert.Equal(IPEndPoint.Parse(client), header.Client);
    }

    [Theory]
    [InlineData(Signature + "20 00 0000")]
    [InlineData(Signature + "20 11 000C 0A000001 0A000002 C350 0CEA")]
    [InlineData(Signature + "21 00 0000")]
    [InlineData(Signature + "21 00 0003 010203")]
    [InlineData(Signature + "21 31 0002 0102")]
    public void A_balancer_that_speaks_for_itself_or_of_no_IP_address_names_no_client(string hex)
    {
        Assert.Equal(WireFault.None, ProxyHeader.TryRead(Packet.Hex(hex), out var header));
        Assert.Null(header.Client);
    }

    [Theory]
    [InlineData(V4)]
    [InlineData(V6)]
    public void A_header_cut_anywhere_is_truncated(string hex)
    {
        var bytes = Packet.Hex(hex);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(WireFault.Truncated, ProxyHeader.TryRead(bytes.AsSpan(0, length), out var header));
            Assert.Null(header.Client);
            var known = length >= ProxyHeader.FixedLength;
            var fault = ProxyHeader.TryReadLength(bytes.AsSpan(0, length), out var whole);
            Assert.Equal(known ? WireFault.None : WireFault.Truncated, fault);
            Assert.Equal(known ? bytes.Length : 0, whole);
        }
    }

    [Fact]
    public void What_follows_the_header_is_not_read()
    {
        byte[] bytes = [.. Packet.Hex(V4), 1, 2, 3];
        Assert.Equal(WireFault.None, ProxyHeader.TryReadLength(bytes, out var length));
        Assert.Equal(bytes.Length - 3, length);
        Assert.Equal(WireFault.None, ProxyHeader.TryRead(bytes, out var header));
        Assert.Equal(50_000, header.Client?.Port);
    }

    [Fact]
    public void Every_wrong_byte_of_the_signature_is_noticed()
    {
        for (var at = 0; at < 12; at++)
        {
            var bytes = Packet.Hex(V4);
            bytes[at] ^= 1;
            Assert.Equal(WireFault.Malformed, ProxyHeader.TryRead(bytes, out _));
        }
    }

    [Theory]
    [InlineData(Signature + "11 11 000C 0A000001 0A000002 C350 0CEA", WireFault.Malformed)]
    [InlineData(Signature + "22 11 000C 0A000001 0A000002 C350 0CEA", WireFault.Malformed)]
    [InlineData(Signature + "21 41 000C 0A000001 0A000002 C350 0CEA", WireFault.Malformed)]
    [InlineData(Signature + "21 11 000B 0A000001 0A000002 C350 0C", WireFault.Malformed)]
    [InlineData(Signature + "21 21 000C 0A000001 0A000002 C350 0CEA", WireFault.Malformed)]
    [InlineData(Signature + "21 11 0209", WireFault.TooLarge)]
    [InlineData(Signature + "21 11 FFFF", WireFault.TooLarge)]
    public void What_cannot_be_is_a_fault(string hex, WireFault fault)
    {
        Assert.Equal(fault, ProxyHeader.TryRead(Packet.Hex(hex), out var header));
        Assert.Null(header.Client);
    }

    [Fact]
    public void The_largest_header_is_read()
    {
        byte[] bytes = [.. Packet.Hex(Signature + "21 11 0208 0A000001 0A000002 C350 0CEA"), .. new byte[508]];
        Assert.Equal(ProxyHeader.MaxLength, bytes.Length);
        Assert.Equal(WireFault.None, ProxyHeader.TryRead(bytes, out var header));
        Assert.Equal(IPAddress.Parse("10.0.0.1"), header.Client?.Address);
    }
}
