using Pool.Wire.Primitives;

namespace Pool.Wire.Tests;

public sealed class WireWriterTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(250, "FA")]
    [InlineData(251, "FCFB00")]
    [InlineData(65_535, "FCFFFF")]
    [InlineData(65_536, "FD000001")]
    [InlineData(16_777_215, "FDFFFFFF")]
    [InlineData(16_777_216, "FE0000000100000000")]
    [InlineData(ulong.MaxValue, "FEFFFFFFFFFFFFFFFF")]
    public void Length_encoded_integers_take_their_shortest_form(ulong value, string hex)
    {
        var writer = new WireWriter(new byte[9]);
        writer.LengthEncoded(value);
        Assert.Equal(hex, Convert.ToHexString(writer.Written));
        Assert.Equal(9 - (hex.Length / 2), writer.Free);
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        var random = new Random(8);
        var buffer = new byte[2000];
        for (var round = 0; round < 2000; round++)
        {
            random.NextBytes(buffer);
            var number = (ulong)random.NextInt64() >> random.Next(64);
            var text = Enumerable.Range(0, random.Next(600)).Select(_ => (byte)random.Next(1, 256)).ToArray();
            var writer = new WireWriter(buffer);
            writer.Byte((byte)number);
            writer.UInt16((ushort)number);
            writer.UInt24((int)number & 0xFF_FFFF);
            writer.UInt32((uint)number);
            writer.UInt64(number);
            writer.LengthEncoded(number);
            writer.LengthEncodedBytes(text);
            writer.Zeros(3);
            writer.NulTerminated(text);
            writer.Bytes(text);

            var reader = new WireReader(writer.Written);
            var same = reader.Byte() == (byte)number && reader.UInt16() == (ushort)number
                && reader.UInt24() == ((int)number & 0xFF_FFFF)
                && reader.UInt32() == (uint)number && reader.UInt64() == number && reader.LengthEncoded() == number
                && reader.LengthEncodedBytes().SequenceEqual(text) && reader.Take(3) is [0, 0, 0]
                && reader.NulTerminated().SequenceEqual(text) && reader.Rest().SequenceEqual(text);
            Assert.True(same && reader.Fault == WireFault.None, $"round {round}");
        }
    }

    [Fact]
    public void Packets_get_their_lengths_when_they_end()
    {
        var writer = new WireWriter(new byte[20]);
        writer.BeginPacket();
        writer.Bytes("abc"u8);
        writer.EndPacket(7);
        writer.BeginPacket();
        writer.EndPacket(8);
        Assert.Equal("0300000761626300000008", Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void Writing_past_the_room_is_a_bug_and_says_so()
    {
        Assert.ThrowsAny<ArgumentException>(() => new WireWriter(new byte[3]).UInt32(1));
        Assert.ThrowsAny<ArgumentException>(() => new WireWriter(new byte[3]).Bytes("abcd"u8));
    }
}
