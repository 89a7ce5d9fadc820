using Pool.Testing.Replies;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

public sealed class ReplyReaderTests
{
    private static readonly OkFields s_ok = new();

    [Fact]
    public void A_thousand_small_results_in_one_buffer_are_adapted_without_the_window_growing_for_good()
    {
        var more = new OkFields(ServerStatus.Autocommit | ServerStatus.MoreResults);
        void Write(ReplyBytes bytes)
        {
            for (var i = 0; i < 20_000; i++)
            {
                bytes.ColumnCount(1).Packet("c"u8).DefinitionsEnd(ServerStatus.Autocommit).End(more);
            }

            bytes.Ok(s_ok);
        }

        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Legacy, ServerStatus.Autocommit);
        var room = 0;
        var sent = ReplyRun.Whole(reader, ReplyRun.Write(ReplyRun.Modern, Write), at =>
        {
            room = Math.Max(room, reader.Window.Free.Length + reader.Window.Unscanned.Length);
            return int.MaxValue;
        });
        Assert.True(ReplyRun.Write(ReplyRun.Legacy, Write).AsSpan().SequenceEqual(sent));
        Assert.InRange(room, 1, 3 * ReplyWindow.NormalBytes);
    }

    [Theory]
    [InlineData(16 * 1024)]
    [InlineData(100_000)]
    [InlineData(ReplyWindow.MaxBytes - 100)]
    public void Session_state_larger_than_the_buffer_is_read_and_the_buffer_is_small_again_afterwards(int bytes)
    {
        var huge = new OkFields(Info: "text", Changes: StateChange.Variable("v", new string('x', bytes)));
        foreach (var client in ReplyRun.Clients)
        {
            var reader = new ReplyReader();
            for (var round = 0; round < 2; round++)
            {
                reader.Begin(ReplyShape.Results, ReplyRun.Modern, client, ServerStatus.Autocommit);
                var sent = ReplyRun.Whole(reader, ReplyRun.Write(ReplyRun.Modern, b => b.Ok(huge)), _ => 60_000);
                Assert.True(ReplyRun.Write(client, b => b.Ok(huge)).AsSpan().SequenceEqual(sent));
                Assert.True(reader.Summary.VariableChanged);
                Assert.InRange(reader.Window.Free.Length, 1, ReplyWindow.NormalBytes);
            }
        }
    }

    [Fact]
    public void Of_a_variable_that_was_set_many_times_the_last_value_is_kept()
    {
        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Modern, ServerStatus.Autocommit);
        var more = ServerStatus.Autocommit | ServerStatus.MoreResults;
        ReplyRun.Whole(reader, ReplyRun.Write(ReplyRun.Modern, b => Enumerable.Range(0, 9).Aggregate(b, (r, i) =>
            r.Ok(new OkFields(more, Changes: [.. StateChange.Variable("a", $"{i}"), .. StateChange.Variable($"b{i % 2}", $"{i}")]))).Ok(new OkFields())), _ => 60_000);
        Assert.Equal("a=8, b0=8, b1=7", string.Join(", ", reader.Variables.Select(v => $"{v.Key}={v.Value}")));
    }

    [Theory]
    [InlineData("0-7-12", "0-7-12")]
    [InlineData("4294967295-1-18446744073709551615", "4294967295-1-18446744073709551615")]
    [InlineData("", "")]
    [InlineData("0-7-12,1-7-3", "")]
    public void The_number_of_a_logged_transaction_is_no_change_of_a_variable(string told, string last)
    {
        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Modern, ServerStatus.Autocommit);
        ReplyRun.Whole(reader, ReplyRun.Write(ReplyRun.Modern, b => b.Ok(new OkFields(Changes: StateChange.Variable("last_gtid", told)))), _ => 60_000);
        Assert.Equal((last, false, 0), ($"{reader.LastGtid}", reader.Summary.VariableChanged, reader.Variables.Count));
    }

    [Fact]
    public void Session_state_larger_than_the_limit_is_a_fault_before_it_is_received()
    {
        var huge = new OkFields(Changes: StateChange.Variable("v", new string('x', ReplyWindow.MaxBytes)));
        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Modern, ServerStatus.Autocommit);
        var (sent, progress, received) = ReplyRun.Through(reader, ReplyRun.Write(ReplyRun.Modern, b => b.Ok(huge)), _ => 5);
        Assert.Equal((ReplyProgress.Fault, 5, 0), (progress, received, sent.Length));
    }

    [Fact]
    public void Rows_of_several_times_sixteen_megabytes_stream_through_the_normal_buffer()
    {
        foreach (var client in ReplyRun.Clients)
        {
            var stream = new RowStream(client);
            stream.Send(new ReplyBytes(ReplyRun.Modern).ColumnCount(1).Columns("c").ToArray());
            stream.SendPacket(PacketHeader.MaxPayload, 3);
            stream.SendPacket(PacketHeader.MaxPayload, 4);
            stream.SendPacket(0, 5);
            stream.SendPacket(PacketHeader.MaxPayload - 1, 6);
            stream.SendPacket(PacketHeader.MaxPayload, 7);
            stream.SendPacket(1, 8);
            Assert.NotEqual(ReplyProgress.Done, stream.Progress);
            stream.Send(new ReplyBytes(ReplyRun.Modern, 9).End(s_ok).ToArray());

            var shift = (client & Capabilities.DeprecateEof) == 0 ? 1 : 0;
            Assert.Equal(ReplyProgress.Done, stream.Progress);
            Assert.Equal(3UL, stream.Reader.Summary.Rows);
            Assert.Equal(Enumerable.Range(1, 9 + shift).Select(i => (byte)i), stream.SentHeaders.Select(h => h.Sequence));
            Assert.Equal(stream.Received + (shift * 7), stream.Sent);
            Assert.InRange(stream.MostRoom, 1, 2 * ReplyWindow.NormalBytes);
        }
    }

    [Fact]
    public void A_column_definition_of_exactly_sixteen_megabytes_is_closed_after_its_empty_trailer()
    {
        var stream = new RowStream(ReplyRun.Legacy, ReplyShape.Prepare);
        stream.Send(new ReplyBytes(ReplyRun.Modern).PrepareOk(1, 1, 0).ToArray());
        stream.SendPacket(PacketHeader.MaxPayload, 2);
        Assert.NotEqual(ReplyProgress.Done, stream.Progress);
        stream.SendPacket(0, 3);
        Assert.Equal(ReplyProgress.Done, stream.Progress);
        Assert.Equal(
            [new(12, 1), new(PacketHeader.MaxPayload, 2), new(0, 3), new(EofPacket.PayloadLength, 4)], stream.SentHeaders);
        Assert.Equal(stream.Received + EofPacket.PacketLength, stream.Sent);
    }

    [Fact]
    public void Sequence_numbers_wrap_and_every_wrong_one_is_a_fault()
    {
        var rows = ReplyRun.Write(
            ReplyRun.Modern, b => Enumerable.Range(0, 600).Aggregate(b, (r, i) => r.TextRow($"{i}")).End(s_ok));
        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Rows, ReplyRun.Modern, ReplyRun.Modern, ServerStatus.None);
        Assert.Equal(rows, ReplyRun.Whole(reader, rows, _ => 100));

        byte[] ok = [.. new ReplyBytes(ReplyRun.Modern).Ok(s_ok).ToArray()];
        for (var sequence = 0; sequence < 256; sequence++)
        {
            ok[3] = (byte)sequence;
            reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Modern, ServerStatus.None, sequence: 7);
            var progress = ReplyRun.Through(reader, ok, _ => 100).Progress;
            Assert.Equal(sequence == 7 ? ReplyProgress.Done : ReplyProgress.Fault, progress);
            reader = new ReplyReader();
        }
    }

    [Fact]
    public void The_start_of_the_sequence_can_be_corrected_before_the_reply()
    {
        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Legacy, ServerStatus.None);
        reader.Expect(3, default);
        var ok = new ReplyBytes(ReplyRun.Modern, 3).Ok(s_ok).ToArray();
        Assert.Equal(ok, ReplyRun.Whole(reader, ok, _ => 1));
        Assert.Equal(4, reader.NextClientSequence);
    }

    [Fact]
    public void What_results_come_can_be_told_before_the_reply()
    {
        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Legacy, ServerStatus.None);
        reader.Expect(3, new ResultsAhead(2, 0));
        var more = new OkFields(ServerStatus.MoreResults);
        var server = new ReplyBytes(ReplyRun.Modern, 3).ResultSet(more.Status, "a").End(more).Ok(new OkFields()).ToArray();
        var client = new ReplyBytes(ReplyRun.Legacy, 3).ResultSet(more.Status, "a").End(more).Ok(new OkFields()).ToArray();
        Assert.Equal(client, ReplyRun.Whole(reader, server, _ => 1));
    }

    [Fact]
    public void What_comes_after_the_reply_stays_in_the_window()
    {
        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Legacy, ServerStatus.None);
        byte[] bytes = [.. new ReplyBytes(ReplyRun.Modern).Ok(s_ok).ToArray(), 1, 2, 3];
        var (sent, progress, received) = ReplyRun.Through(reader, bytes, _ => 100);
        Assert.Equal((ReplyProgress.Done, bytes.Length, bytes.Length - 3), (progress, received, sent.Length));
        Assert.Equal([1, 2, 3], reader.Window.Unscanned.ToArray());
    }

    [Fact]
    public void An_error_of_the_pools_own_can_end_a_reply_only_between_packets()
    {
        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Legacy, ServerStatus.None);
        var bytes = new ReplyBytes(ReplyRun.Modern).ResultSet(ServerStatus.None, "a").TextRow("12345").ToArray();
        ReplyRun.Through(reader, bytes.AsSpan(..^1), _ => 1);
        Assert.False(reader.AtPacketBoundary);
        ReplyRun.Through(reader, bytes.AsSpan(^1..), _ => 1);
        Assert.Equal((true, (byte)5), (reader.AtPacketBoundary, reader.NextClientSequence));
    }

    [Fact]
    public void Between_the_parts_of_a_row_of_more_than_16_MiB_nothing_can_be_put()
    {
        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Modern, ServerStatus.Autocommit);
        var head = ReplyRun.Write(ReplyRun.Modern, b => b.ColumnCount(1).Packet("c"u8));
        Receive(reader, [.. head, 0xFF, 0xFF, 0xFF, 3, 0]);
        var part = new byte[PacketHeader.MaxPayload - 1];
        for (var sent = 0; sent < part.Length; sent += 8192)
        {
            Assert.False(reader.AtPacketBoundary);
            Receive(reader, part.AsSpan(sent, Math.Min(8192, part.Length - sent)));
        }

        Assert.False(reader.AtPacketBoundary);
        Receive(reader, [1, 0, 0, 4, 0]);
        Assert.True(reader.AtPacketBoundary);
    }

    private static void Receive(ReplyReader reader, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(reader.Window.Free.Span);
        reader.Window.Received(bytes.Length);
        Assert.Equal(ReplyProgress.NeedMore, reader.Scan());
        reader.Window.Sent();
    }
}
