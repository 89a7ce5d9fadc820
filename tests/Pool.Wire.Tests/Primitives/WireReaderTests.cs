using Pool.Wire.Primitives;

namespace Pool.Wire.Tests;

public sealed class WireReaderTests
{
    private delegate ulong Read(ref WireReader reader);

    private static readonly byte[] s_bytes = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];

    private static readonly (int Size, Read Read, ulong Value)[] s_integers =
    [
        (1, static (ref WireReader r) => r.Byte(), 0x11),
        (2, static (ref WireReader r) => r.UInt16(), 0x2211),
        (3, static (ref WireReader r) => (ulong)r.UInt24(), 0x332211),
        (4, static (ref WireReader r) => r.UInt32(), 0x44332211),
        (8, static (ref WireReader r) => r.UInt64(), 0x8877665544332211),
    ];

    [Fact]
    public void Integers_are_little_endian_and_a_missing_byte_is_a_fault()
    {
        foreach (var (size, read, value) in s_integers)
        {
            for (var length = 0; length <= s_bytes.Length; length++)
            {
                var reader = new WireReader(s_bytes.AsSpan(0, length));
                Assert.Equal(length >= size ? value : 0, read(ref reader));
                Assert.Equal(length >= size ? WireFault.None : WireFault.Truncated, reader.Fault);
                Assert.Equal(length >= size ? length - size : 0, reader.Remaining);
            }
        }
    }

    [Theory]
    [InlineData("00", 0)]
    [InlineData("FA", 250)]
    [InlineData("FCFB00", 251)]
    [InlineData("FC0000", 0)]
    [InlineData("FCFFFF", 65_535)]
    [InlineData("FD000001", 65_536)]
    [InlineData("FDFFFFFF", 16_777_215)]
    [InlineData("FE0000000100000000", 16_777_216)]
    [InlineData("FEFFFFFFFFFFFFFFFF", ulong.MaxValue)]
    public void Length_encoded_integers_are_read_and_truncation_is_a_fault(string hex, ulong value)
    {
        var bytes = Convert.FromHexString(hex);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var reader = new WireReader(bytes.AsSpan(0, length));
            Assert.Equal(length == bytes.Length ? value : 0, reader.LengthEncoded());
            Assert.Equal(length == bytes.Length ? WireFault.None : WireFault.Truncated, reader.Fault);
        }
    }

    [Theory]
    [InlineData(0xFB)]
    [InlineData(0xFF)]
    public void NULL_and_the_head_of_an_error_are_no_lengths(byte first)
    {
        var reader = new WireReader([first, 0, 0, 0, 0, 0, 0, 0, 0]);
        Assert.Equal(0UL, reader.LengthEncoded());
        Assert.Equal((WireFault.BadLength, 0), (reader.Fault, reader.Remaining));
        Assert.True(new WireReader([first]).Peek() == first);
    }

    [Theory]
    [InlineData("04616263")]
    [InlineData("FC0400616263")]
    [InlineData("FDFFFFFF616263")]
    [InlineData("FEFFFFFF7F00000000616263")]
    [InlineData("FE0000008000000000616263")]
    [InlineData("FEFFFFFFFF00000000616263")]
    [InlineData("FE0300000001000000616263")]
    [InlineData("FEFFFFFFFFFFFFFFFF616263")]
    public void A_string_longer_than_what_is_left_is_a_fault(string hex)
    {
        var reader = new WireReader(Convert.FromHexString(hex));
        Assert.True(reader.LengthEncodedBytes().IsEmpty);
        Assert.Equal((WireFault.Truncated, true), (reader.Fault, reader.AtEnd));
    }

    [Fact]
    public void Strings_are_views_of_what_they_say()
    {
        var reader = new WireReader("\u0003abcde\0\0rest"u8);
        Assert.Equal("abc"u8.ToArray(), reader.LengthEncodedBytes().ToArray());
        Assert.Equal("de"u8.ToArray(), reader.NulTerminated().ToArray());
        Assert.Equal((0, 7), (reader.Peek(), reader.Position));
        Assert.True(reader.NulTerminated().IsEmpty);
        reader.Skip(1);
        Assert.Equal("es"u8.ToArray(), reader.Take(2).ToArray());
        Assert.Equal("t"u8.ToArray(), reader.Rest().ToArray());
        Assert.Equal((true, 0, WireFault.None), (reader.AtEnd, reader.Peek(), reader.Fault));
        Assert.True(reader.Rest().IsEmpty && reader.Fault == WireFault.None);
    }

    [Fact]
    public void A_string_without_its_NUL_is_a_fault()
    {
        var reader = new WireReader("abc"u8);
        Assert.True(reader.NulTerminated().IsEmpty);
        Assert.Equal(WireFault.Truncated, reader.Fault);
    }

    [Theory]
    [InlineData(-1, WireFault.BadLength)]
    [InlineData(int.MinValue, WireFault.BadLength)]
    [InlineData(4, WireFault.Truncated)]
    [InlineData(int.MaxValue, WireFault.Truncated)]
    public void An_impossible_count_is_a_fault(int count, WireFault fault)
    {
        var reader = new WireReader("abc"u8);
        Assert.True(reader.Take(count).IsEmpty);
        Assert.Equal(fault, reader.Fault);
    }

    [Fact]
    public void After_a_fault_nothing_is_read_and_the_first_fault_stays()
    {
        var reader = new WireReader(s_bytes);
        reader.Fail(WireFault.Malformed);
        Assert.Equal((0, 0, 0, 0U, 0UL), (reader.Byte(), reader.UInt16(), reader.UInt24(), reader.UInt32(), reader.UInt64()));
        Assert.Equal(0UL, reader.LengthEncoded());
        Assert.True(reader.Take(0).IsEmpty && reader.Rest().IsEmpty);
        Assert.True(reader.NulTerminated().IsEmpty && reader.LengthEncodedBytes().IsEmpty);
        reader.Take(-1);
        reader.Fail(WireFault.TooLarge);
        Assert.Equal((WireFault.Malformed, true, 0), (reader.Fault, reader.AtEnd, reader.Peek()));
    }
}
