using Pool.Testing.Replies;
using Pool.Wire.Framing;
using Pool.Wire.Replies;
using static Pool.Wire.Replies.PacketKind;

namespace Pool.Wire.Tests.Replies;

/// <summary>Too little, too much, and what cannot be.</summary>
public sealed class ReplyTrackerLimitsTests
{
    [Theory]
    [InlineData(ReplyShape.Results, "")]
    [InlineData(ReplyShape.Results, "00 00")]
    [InlineData(ReplyShape.Results, "FC 00 00")]
    [InlineData(ReplyShape.Results, "FD 00 00 01")]
    [InlineData(ReplyShape.Results, "FE 00 00 02 00")]
    [InlineData(ReplyShape.Results, "FF 00 00")]
    [InlineData(ReplyShape.Results, "FF 15")]
    [InlineData(ReplyShape.Results, "00 00 00 02 40 00 00 00 05 00 03 01")]
    [InlineData(ReplyShape.Acknowledgement, "")]
    [InlineData(ReplyShape.Acknowledgement, "01 00 00 02 00 00 00")]
    [InlineData(ReplyShape.Acknowledgement, "00 00 FB 02 00 00 00")]
    [InlineData(ReplyShape.Prepare, "")]
    [InlineData(ReplyShape.Prepare, "00 01 00 00 00 01 00")]
    [InlineData(ReplyShape.Prepare, "01 01 00 00 00 01 00 00 00 00 00 00")]
    [InlineData(ReplyShape.Rows, "")]
    [InlineData(ReplyShape.Rows, "FE 00 00")]
    [InlineData(ReplyShape.Columns, "")]
    [InlineData(ReplyShape.None, "00 00 00 02 00 00 00")]
    public void What_is_no_reply_is_a_fault(ReplyShape shape, string hex)
    {
        var payload = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var tracker = new ReplyTracker();
        tracker.Begin(shape, ReplyRun.Modern);
        Assert.Equal(Fault, tracker.Accept(new PacketHeader(payload.Length, 1), payload));
    }

    [Fact]
    public void Rows_of_sixteen_megabytes_go_on_in_the_next_packet()
    {
        foreach (byte first in new byte[] { 0x00, 0xFB, 0xFD, OkPacket.TerminatorHeader })
        {
            var tracker = new ReplyTracker();
            tracker.Begin(ReplyShape.Rows, ReplyRun.Modern);
            byte[] head = [first];
            Assert.Equal(Row, tracker.Accept(new PacketHeader(PacketHeader.MaxPayload, 1), head));
            Assert.Equal(Continuation, tracker.Accept(new PacketHeader(PacketHeader.MaxPayload, 2), [0xFF]));
            Assert.Equal(Continuation, tracker.Accept(new PacketHeader(0, 3), []));
            Assert.Equal(Row, tracker.Accept(new PacketHeader(PacketHeader.MaxPayload, 4), head));
            Assert.Equal(Continuation, tracker.Accept(new PacketHeader(1, 5), [0xFE]));
            Assert.False(tracker.IsDone);
            Assert.Equal(Terminator, tracker.Accept(new PacketHeader(7, 6), [0xFE, 0, 0, 2, 0, 0, 0]));
            Assert.Equal((true, 2UL), (tracker.IsDone, tracker.Summary.Rows));
        }
    }

    [Fact]
    public void A_text_of_sixteen_megabytes_is_not_done_before_its_last_packet()
    {
        var tracker = new ReplyTracker();
        tracker.Begin(ReplyShape.Text, ReplyRun.Modern);
        Assert.Equal(Text, tracker.Accept(new PacketHeader(PacketHeader.MaxPayload, 1), "U"u8));
        Assert.False(tracker.IsDone);
        Assert.Equal(Continuation, tracker.Accept(new PacketHeader(0, 2), []));
        Assert.True(tracker.IsDone);
    }

    [Fact]
    public void Too_few_bytes_to_tell_change_nothing()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var script = new ReplyScript(new Random(seed));
            var bytes = script.Bytes(ReplyRun.Modern).AsSpan();
            var tracker = new ReplyTracker();
            tracker.Begin(script.Shape, ReplyRun.Modern, script.Ahead.OpensCursor);
            while (!bytes.IsEmpty)
            {
                var header = PacketHeader.Read(bytes);
                var payload = bytes[PacketHeader.Size..header.PacketLength];
                var known = 0;
                var before = tracker.Summary;
                PacketKind kind;
                while ((kind = tracker.Accept(header, payload[..known])) == NeedMore)
                {
                    Assert.True(known < payload.Length && before.Equals(tracker.Summary) && !tracker.IsDone, $"seed {seed}");
                    known = known == 0 ? 1 : Math.Min(payload.Length, known + 1 + payload.Length / 8);
                }

                Assert.True(kind != Fault, $"seed {seed}");
                bytes = bytes[header.PacketLength..];
            }

            Assert.True(tracker.IsDone, $"seed {seed}");
        }
    }
}
