using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Tests.Handshake;

public sealed class ChangeUserTests
{
    private const Capabilities All =
        Capabilities.Protocol41 | Capabilities.SecureConnection | Capabilities.PluginAuth | Capabilities.ConnectAttributes;

    [Fact]
    public void The_bytes_of_a_client_are_read_and_written()
    {
        var golden = Packet.Hex("11 7500 02 AABB 646200 2D00 706C756700 04 0161 0131");

        Assert.Equal(WireFault.None, ChangeUser.TryRead(golden, All, out var change));
        Assert.Equal("u"u8, change.User);
        Assert.Equal<byte>([0xAA, 0xBB], change.AuthResponse.ToArray());
        Assert.Equal("db"u8, change.Database);
        Assert.Equal(45, change.CollationId);
        Assert.Equal("plug"u8, change.PluginName);
        Assert.Equal<byte>([1, (byte)'a', 1, (byte)'1'], change.Attributes.Encoded.ToArray());

        var buffer = new byte[change.MaxLength];
        var writer = new WireWriter(buffer);
        change.Write(ref writer, All);
        Assert.Equal(golden, writer.Written.ToArray());
    }

    [Fact]
    public void Every_truncation_but_that_of_old_clients_is_a_fault()
    {
        var bytes = Packet.Hex("11 7500 02 AABB 646200 2D00 706C756700 04 0161 0131");
        const int endOfDatabase = 9;
        for (var length = 0; length < bytes.Length; length++)
        {
            var fault = ChangeUser.TryRead(bytes.AsSpan(0, length), All, out var change);
            Assert.True((fault == WireFault.None) == (length == endOfDatabase), $"{length} bytes: {fault}");
            Assert.Equal(0, change.CollationId);
        }
    }

    [Fact]
    public void Another_command_is_a_fault() =>
        Assert.Equal(WireFault.Malformed, ChangeUser.TryRead(Packet.Hex("03 7500 00 00"), All, out _));
}
