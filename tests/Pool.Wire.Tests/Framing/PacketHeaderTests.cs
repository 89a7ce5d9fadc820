using Pool.Wire.Framing;

namespace Pool.Wire.Tests.Framing;

public sealed class PacketHeaderTests
{
    [Theory]
    [InlineData(0, 0, "00000000")]
    [InlineData(1, 255, "010000FF")]
    [InlineData(0x030201, 4, "01020304")]
    [InlineData(16_777_214, 9, "FEFFFF09")]
    [InlineData(16_777_215, 128, "FFFFFF80")]
    public void A_header_is_read_as_it_was_written(int length, byte sequence, string hex)
    {
        var header = new PacketHeader(length, sequence);
        var bytes = new byte[PacketHeader.Size];
        header.Write(bytes);
        Assert.Equal(hex, Convert.ToHexString(bytes));
        Assert.Equal(header, PacketHeader.Read(bytes));
        Assert.Equal(length + 4, header.PacketLength);
        Assert.Equal(length == PacketHeader.MaxPayload, header.Continues);
    }
}
