using System.Buffers;
using Pool.Wire.Commands;
using Pool.Wire.Framing;

namespace Pool.Wire.Tests.Commands;

public sealed class CommandPacketsTests
{
    [Fact]
    public void Commands_are_whole_packets_one_after_the_other()
    {
        var output = new ArrayBufferWriter<byte>();
        CommandPackets.ResetConnection(output);
        CommandPackets.Query(output, "SET é");
        CommandPackets.InitDb(output, "db");
        CommandPackets.MultiStatements(output, enabled: true);
        CommandPackets.MultiStatements(output, enabled: false);
        CommandPackets.Quit(output);
        Assert.Equal(
            "01000000" + "1F" + "07000000" + "03534554" + "20C3A9" + "03000000" + "026462"
                + "03000000" + "1B0000" + "03000000" + "1B0100" + "01000000" + "01",
            Convert.ToHexString(output.WrittenSpan));
    }

    [Fact]
    public void A_text_that_needs_two_packets_is_refused()
    {
        var output = new ArrayBufferWriter<byte>();
        var tooLong = new string('x', PacketHeader.MaxPayload - 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => CommandPackets.Query(output, tooLong));
        CommandPackets.Query(output, tooLong[1..]);
        Assert.Equal(new PacketHeader(PacketHeader.MaxPayload - 1, 0), PacketHeader.Read(output.WrittenSpan));
    }
}
