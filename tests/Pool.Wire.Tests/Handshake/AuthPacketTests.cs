using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Tests.Handshake;

public sealed class AuthPacketTests
{
    [Fact]
    public void A_switch_request_is_read_and_written()
    {
        var golden = Packet.Hex("FE 706C756700 0102030405060708090A0B0C0D0E0F1011121314 00");

        Assert.Equal(WireFault.None, AuthSwitchRequest.TryRead(golden, out var request));
        Assert.Equal("plug"u8, request.PluginName);
        Assert.Equal(golden.AsSpan(6, 20), request.Data);

        var buffer = new byte[request.MaxLength];
        var writer = new WireWriter(buffer);
        request.Write(ref writer);
        Assert.Equal(golden, writer.Written.ToArray());
    }

    [Fact]
    public void A_switch_request_without_a_whole_plugin_name_is_a_fault()
    {
        Assert.Equal(WireFault.Truncated, AuthSwitchRequest.TryRead(default, out _));
        Assert.Equal(WireFault.Unsupported, AuthSwitchRequest.TryRead([0xFE], out _));
        Assert.Equal(WireFault.Truncated, AuthSwitchRequest.TryRead(Packet.Hex("FE 706C7567"), out _));
        Assert.Equal(WireFault.Malformed, AuthSwitchRequest.TryRead(Packet.Hex("00 706C756700"), out _));
    }

    [Fact]
    public void More_data_is_read_and_written()
    {
        Assert.Equal(WireFault.None, AuthMoreData.TryRead([1, 4], out var more));
        Assert.Equal<byte>([4], more.Data.ToArray());
        var data = more.Data.ToArray();
        Assert.Equal([1, 4], Packet.Of(2, (ref WireWriter writer) => new AuthMoreData { Data = data }.Write(ref writer)));
    }

    [Fact]
    public void Something_else_than_more_data_is_a_fault()
    {
        Assert.Equal(WireFault.Truncated, AuthMoreData.TryRead(default, out _));
        Assert.Equal(WireFault.Malformed, AuthMoreData.TryRead([0, 4], out _));
    }

    [Fact]
    public void A_TLS_request_is_the_first_32_bytes_of_a_response()
    {
        var golden = Packet.Hex("0DAA0800 00000001 2D 00000000000000000000000000000000000000 00000000");

        Assert.Equal(WireFault.None, SslRequest.TryRead(golden, out var request));
        Assert.True(request.ClientFlags.HasFlag(Capabilities.Ssl));
        Assert.Equal(golden, Packet.Of(SslRequest.Length, (ref WireWriter writer) => request.Write(ref writer)));
        for (var length = 0; length < golden.Length; length++)
        {
            Assert.Equal(WireFault.Truncated, SslRequest.TryRead(golden.AsSpan(0, length), out _));
        }
    }
}
