using System.Text;
using Pool.Testing.Replies;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

/// <summary>OK, EOF and ERR packets.</summary>
public sealed class PacketPayloadTests
{
    private static readonly OkFields s_full =
        new(ServerStatus.Autocommit, 300, 1UL << 40, 7, "Records: 3", StateChange.Variable("autocommit", "ON"));

    [Theory]
    [InlineData(Capabilities.None)]
    [InlineData(Capabilities.SessionTrack)]
    public void All_fields_of_an_OK_packet_are_read(Capabilities format)
    {
        Assert.Equal(WireFault.None, OkPacket.TryRead(Payload(format), format, out var ok));
        Assert.Equal((300UL, 1UL << 40, (ushort)7), (ok.AffectedRows, ok.LastInsertId, ok.Warnings));
        Assert.Equal("Records: 3", Encoding.UTF8.GetString(ok.Info));
        var tracks = format != Capabilities.None;
        Assert.Equal(tracks ? s_full.Changes! : [], ok.StateChanges.ToArray());
        Assert.Equal(tracks ? s_full.Status | ServerStatus.SessionStateChanged : s_full.Status, ok.Status);
    }

    [Fact]
    public void An_OK_packet_cut_anywhere_is_truncated_unless_all_that_must_be_there_is()
    {
        var payload = Payload(Capabilities.SessionTrack);
        var head = 1 + 3 + 9 + 2 + 2;
        var info = head + 1 + s_full.Info.Length;
        for (var length = 0; length < payload.Length; length++)
        {
            var fault = OkPacket.TryRead(payload.AsSpan(0, length), Capabilities.SessionTrack, out _);
            Assert.Equal(length == head || length == info ? WireFault.None : WireFault.Truncated, fault);
        }
    }

    [Fact]
    public void What_is_written_for_a_client_of_old_is_what_a_server_writes()
    {
        var buffer = new byte[100];
        var writer = new WireWriter(buffer);
        OkPacket.Write(
            ref writer, OkPacket.Header, s_full.AffectedRows, s_full.InsertId, s_full.Status, s_full.Warnings, "Records: 3"u8);
        Assert.Equal(Payload(Capabilities.None), writer.Written.ToArray());
        Assert.Equal(OkPacket.SimpleLength, OkPacket.WriteSimple(buffer, 4, ServerStatus.Autocommit));
        Assert.Equal(new ReplyBytes(Capabilities.None, 4).Ok(new OkFields()).ToArray(), buffer[..OkPacket.SimpleLength]);
    }

    [Fact]
    public void An_EOF_packet_is_read_as_it_was_written()
    {
        var buffer = new byte[EofPacket.PacketLength];
        EofPacket.Write(buffer, 9, ServerStatus.CursorExists, 0x1234);
        Assert.Equal(new ReplyBytes(Capabilities.None, 9).Eof(ServerStatus.CursorExists, 0x1234).ToArray(), buffer);
        Assert.Equal(WireFault.None, EofPacket.TryRead(buffer.AsSpan(4), out var status, out var warnings));
        Assert.Equal((ServerStatus.CursorExists, (ushort)0x1234), (status, warnings));
        for (var length = 0; length < EofPacket.PayloadLength; length++)
        {
            Assert.Equal(WireFault.Truncated, EofPacket.TryRead(buffer.AsSpan(4, length), out _, out _));
        }
    }

    [Fact]
    public void An_ERR_packet_is_read_with_its_state_and_without()
    {
        var buffer = new byte[50];
        var writer = new WireWriter(buffer);
        ErrPacket.Write(ref writer, 1045, "28000"u8, "Access denied"u8);
        Assert.Equal(WireFault.None, ErrPacket.TryRead(writer.Written, out var error));
        Assert.Equal((1045, "28000", "Access denied"), Read(error));

        byte[] stateless = [0xFF, 0x10, 0x04, .. "Too many"u8];
        Assert.Equal(WireFault.None, ErrPacket.TryRead(stateless, out error));
        Assert.Equal((1040, "", "Too many"), Read(error));
    }

    [Fact]
    public void An_ERR_packet_cut_before_the_end_of_its_state_is_truncated()
    {
        var payload = new ReplyBytes(Capabilities.None).Err(1, "").ToArray()[4..];
        for (var length = 0; length < payload.Length; length++)
        {
            Assert.Equal(length == 3 ? WireFault.None : WireFault.Truncated, ErrPacket.TryRead(payload.AsSpan(0, length), out _));
        }
    }

    private static (int Code, string SqlState, string Message) Read(ErrPacket error) =>
        (error.Code, Encoding.UTF8.GetString(error.SqlState), Encoding.UTF8.GetString(error.Message));

    private static byte[] Payload(Capabilities format) => new ReplyBytes(format).Ok(s_full).ToArray()[4..];
}
