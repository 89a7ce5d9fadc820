using BenchmarkDotNet.Attributes;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Bench;

/// <summary>
/// A reply from the first received byte to the last one that is ready to be sent: followed for a client that reads the same
/// format (track), and changed for one that does not (adapt).
/// </summary>
public class ReplyBenchmarks
{
    private readonly byte[] _point = SampleReply.Select(rows: 1);
    private readonly byte[] _thousand = SampleReply.Select(rows: 1000);
    private readonly ReplyReader _reader = new();

    [Benchmark]
    public int Track_point_select() => Relay(_point, SampleReply.Connection);

    [Benchmark]
    public int Track_1000_rows() => Relay(_thousand, SampleReply.Connection);

    [Benchmark]
    public int Adapt_point_select() => Relay(_point, SampleReply.OldClient);

    [Benchmark]
    public int Adapt_1000_rows() => Relay(_thousand, SampleReply.OldClient);

    private int Relay(ReadOnlySpan<byte> reply, Capabilities client)
    {
        _reader.Begin(ReplyShape.Results, SampleReply.Connection, client, ServerStatus.Autocommit);
        var window = _reader.Window;
        var sent = 0;
        while (true)
        {
            var room = window.Free.Span;
            var received = Math.Min(room.Length, reply.Length);
            reply[..received].CopyTo(room);
            reply = reply[received..];
            window.Received(received);
            var progress = _reader.Scan();
            sent += window.Ready.Length;
            window.Sent();
            switch (progress)
            {
                case ReplyProgress.Done:
                    return sent;
                case ReplyProgress.Fault:
                    throw new InvalidOperationException("the sample is no reply");
            }
        }
    }
}
