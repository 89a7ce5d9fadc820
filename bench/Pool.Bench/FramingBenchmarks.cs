using BenchmarkDotNet.Attributes;
using Pool.Wire.Framing;

namespace Pool.Bench;

/// <summary>Walking from packet to packet, as every reply and every command is walked.</summary>
public class FramingBenchmarks
{
    private const int Rows = 1000;
    private readonly byte[] _packets = SampleReply.Select(Rows);

    /// <summary>Per packet.</summary>
    [Benchmark(OperationsPerInvoke = Rows + 5)]
    public int Walk_packets()
    {
        var packets = 0;
        for (ReadOnlySpan<byte> left = _packets; !left.IsEmpty; packets++)
        {
            left = left[PacketHeader.Read(left).PacketLength..];
        }

        return packets;
    }

    /// <summary>Per packet.</summary>
    [Benchmark(OperationsPerInvoke = Rows + 5)]
    public int Renumber_packets()
    {
        var packets = 0;
        for (Span<byte> left = _packets; !left.IsEmpty; packets++)
        {
            var header = PacketHeader.Read(left);
            (header with { Sequence = (byte)(header.Sequence + 1) }).Write(left);
            left = left[header.PacketLength..];
        }

        return packets;
    }
}
