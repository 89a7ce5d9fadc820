using Pool.Wire.Framing;

namespace Pool.Wire.Tests.Framing;

public sealed class PacketWalkerTests
{
    private static readonly byte[] s_body = new byte[1 << 20];

    [Fact]
    public void Every_way_to_cut_a_small_stream_in_three_finds_the_same_packets()
    {
        byte[] stream = [3, 0, 0, 0, 1, 2, 3, 0, 0, 0, 1, 1, 0, 0, 2, 9, 5, 0, 0, 3, 5, 5, 5, 5, 5];
        var expected = new[] { (3, 0), (0, 1), (1, 2), (5, 3) };
        for (var first = 0; first <= stream.Length; first++)
        {
            for (var second = first; second <= stream.Length; second++)
            {
                Assert.Equal(expected, Walk(stream, first, second));
            }
        }
    }

    [Fact]
    public void Random_streams_are_walked_alike_however_they_are_cut()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var lengths = Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(3) * random.Next(200)).ToArray();
            byte[] stream = [.. lengths.SelectMany((length, i) => (byte[])[.. Head(length, (byte)i), .. new byte[length]])];
            var cuts = Enumerable.Range(0, random.Next(10)).Select(_ => random.Next(stream.Length)).Order().ToArray();
            Assert.True(lengths.Select((length, i) => (length, i)).SequenceEqual(Walk(stream, cuts)), $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16_777_214)]
    [InlineData(16_777_215)]
    [InlineData(16_777_216)]
    [InlineData((3L * 16_777_215) - 1)]
    [InlineData(3L * 16_777_215)]
    [InlineData((64L * 16_777_215) + 5)]
    public void A_payload_of_any_length_ends_where_it_ends(long length)
    {
        var walker = new PacketWalker();
        Assert.True(walker.AtPayloadEnd);
        byte sequence = 250;
        for (var left = length; left >= 0; left -= PacketHeader.MaxPayload)
        {
            var part = (int)Math.Min(left, PacketHeader.MaxPayload);
            Assert.Equal(PacketHeader.Size, walker.Next(Head(part, sequence), out var isBody));
            Assert.Equal((false, new PacketHeader(part, sequence)), (isBody, walker.Header));
            sequence++;
            for (var body = part; body > 0;)
            {
                Assert.False(walker.AtPayloadEnd);
                var run = walker.Next(s_body, out isBody);
                Assert.Equal((Math.Min(body, s_body.Length), true), (run, isBody));
                body -= run;
            }

            Assert.Equal(part < PacketHeader.MaxPayload, walker.AtPayloadEnd);
        }

        Assert.True(walker.AtPayloadEnd);
    }

    [Fact]
    public void Nothing_is_taken_before_a_header_is_whole()
    {
        var walker = new PacketWalker();
        for (var length = 0; length < PacketHeader.Size; length++)
        {
            Assert.Equal(0, walker.Next(Head(9, 1).AsSpan(0, length), out var isBody));
            Assert.Equal((false, true), (isBody, walker.AtPayloadEnd));
        }
    }

    [Fact]
    public void A_body_waits_for_its_bytes()
    {
        var walker = new PacketWalker();
        walker.Next(Head(2, 0), out _);
        Assert.Equal((0, true), (walker.Next([], out var isBody), isBody));
        Assert.Equal(2, walker.Next([1, 2, 3], out _));
        Assert.True(walker.AtPayloadEnd);
    }

    private static byte[] Head(int length, byte sequence)
    {
        var bytes = new byte[PacketHeader.Size];
        new PacketHeader(length, sequence).Write(bytes);
        return bytes;
    }

    private static List<(int Length, int Sequence)> Walk(byte[] stream, params int[] cuts)
    {
        var packets = new List<(int, int)>();
        var walker = new PacketWalker();
        var at = 0;
        foreach (var end in cuts.Append(stream.Length))
        {
            while (walker.Next(stream.AsSpan(at..end), out var isBody) is > 0 and var run)
            {
                at += run;
                if (!isBody)
                {
                    packets.Add((walker.Header.PayloadLength, walker.Header.Sequence));
                }
            }
        }

        Assert.Equal((stream.Length, true), (at, walker.AtPayloadEnd));
        return packets;
    }
}
