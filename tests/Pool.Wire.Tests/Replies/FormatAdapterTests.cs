using Pool.Testing.Replies;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

/// <summary>Replies by hand: what the server sent and what a client of old must get, byte for byte.</summary>
public sealed class FormatAdapterTests
{
    private const string Column = "1800000? 03646566 00 00 00 01 61 01 61 0C 3F00 01000000 08 8100 00 0000";

    [Fact]
    public void A_select_of_one_row_gets_an_EOF_after_the_columns_and_one_at_the_end() => Golden(
        ReplyShape.Results,
        "01000001 01  " + At(2) + "  02000003 01 31  07000004 FE 00 00 2200 0000",
        "01000001 01  " + At(2) + "  05000003 FE 0000 0200  02000004 01 31  05000005 FE 0000 2200");

    [Fact]
    public void An_empty_result_set_gets_both_EOFs_in_a_row() => Golden(
        ReplyShape.Results,
        "01000001 01  " + At(2) + "  07000003 FE 00 00 0200 0100",
        "01000001 01  " + At(2) + "  05000003 FE 0000 0200  05000004 FE 0100 0200");

    [Fact]
    public void A_cursor_gets_one_EOF_only() => Golden(
        ReplyShape.Results,
        "01000001 01  " + At(2) + "  07000003 FE 00 00 4200 0000",
        "01000001 01  " + At(2) + "  05000003 FE 0000 4200",
        new ResultsAhead(1, 0) { OpensCursor = true });

    // MySQL and MariaDB say so with the results of a procedure that has opened one, also after it has closed it.
    [Fact]
    public void A_result_set_without_rows_beside_a_cursor_of_stored_code_gets_both_EOFs() => Golden(
        ReplyShape.Results,
        "01000001 01  " + At(2) + "  07000003 FE 00 00 4A00 0000  07000004 00 00 00 0200 0000",
        "01000001 01  " + At(2) + "  05000003 FE 0000 0A00  05000004 FE 0000 4A00  07000005 00 00 00 0200 0000",
        new ResultsAhead(1, 1));

    [Fact]
    public void A_cursor_that_cannot_be_opened_gets_its_error_right_behind_the_columns() => Golden(
        ReplyShape.Results,
        "01000001 01  " + At(2) + "  0A000003 FF 2505 23 3730313030 78",
        "01000001 01  " + At(2) + "  0A000003 FF 2505 23 3730313030 78",
        new ResultsAhead(1, 0) { OpensCursor = true });

    [Fact]
    public void The_last_rows_of_a_cursor_end_with_an_EOF() => Golden(
        ReplyShape.Rows,
        "06000001 00 00 01000000  07000002 FE 00 00 8200 0000",
        "06000001 00 00 01000000  05000002 FE 0000 8200");

    [Fact]
    public void A_prepare_gets_an_EOF_after_the_parameters_and_one_after_the_columns() => Golden(
        ReplyShape.Prepare,
        "0C000001 00 07000000 0100 0100 00 0300  " + At(2) + At(3),
        "0C000001 00 07000000 0100 0100 00 0300  " + At(2) + "  05000003 FE 0300 0200  " + At(4) + "  05000005 FE 0300 0200");

    [Fact]
    public void An_update_loses_its_trackers_and_keeps_its_text() => Golden(
        ReplyShape.Results,
        "40000001 00 01 00 0240 0000 28 526F7773206D6174636865643A20312020" + "4368616E6765643A20312020"
            + "5761726E696E67733A2030 0F 00 0D 0A6175746F636F6D6D6974 01 31",
        "30000001 00 01 00 0200 0000 28 526F7773206D6174636865643A20312020" + "4368616E6765643A20312020" + "5761726E696E67733A2030");

    [Fact]
    public void An_error_after_the_columns_stands_behind_their_EOF() => Golden(
        ReplyShape.Results,
        "01000001 01  " + At(2) + "  0A000003 FF 2505 23 3730313030 78",
        "01000001 01  " + At(2) + "  05000003 FE 0000 0200  0A000004 FF 2505 23 3730313030 78");

    [Fact]
    public void The_columns_of_a_later_result_are_closed_with_the_flags_of_the_one_before() => Golden(
        ReplyShape.Results,
        "07000001 00 00 00 0B00 0000  01000002 01  " + At(3) + "  07000004 FE 00 00 0300 0000",
        "07000001 00 00 00 0B00 0000  01000002 01  " + At(3) + "  05000004 FE 0000 0300  05000005 FE 0000 0300");

    [Fact]
    public void What_is_said_of_the_session_before_the_rows_includes_ANSI_QUOTES_and_a_read_only_transaction() => Golden(
        ReplyShape.Results,
        "07000001 00 00 00 0BA0 0000  01000002 01  " + At(3) + "  07000004 FE 00 00 03A0 0000",
        "07000001 00 00 00 0BA0 0000  01000002 01  " + At(3) + "  05000004 FE 0000 03A0  05000005 FE 0000 03A0");

    [Fact]
    public void An_acknowledgement_in_the_form_of_a_terminator_becomes_an_EOF() => Golden(
        ReplyShape.Acknowledgement, "07000001 FE 00 00 0200 0000", "05000001 FE 0000 0200");

    [Fact]
    public void A_field_list_ends_with_an_EOF() => Golden(
        ReplyShape.Columns, At(1) + "  07000002 FE 00 00 0200 0000", At(1) + "  05000002 FE 0000 0200");

    [Fact]
    public void A_client_that_reads_the_same_gets_the_same_bytes()
    {
        var adapter = new FormatAdapter();
        adapter.Begin(ReplyRun.Modern, ReplyRun.Modern | Capabilities.FoundRows, ServerStatus.None);
        Assert.True(adapter.IsPassThrough);
        adapter.Begin(ReplyRun.Legacy, ReplyRun.Modern, ServerStatus.None);
        Assert.True(adapter.IsPassThrough);
    }

    [Theory]
    [InlineData(0, 0, "RRO", "...")] // Nothing is known.
    [InlineData(1, 0, "R", ".")]
    [InlineData(2, 0, "RO", "+ ")]
    [InlineData(2, 0, "OR", " .")]
    [InlineData(3, 0, "RRR", "++.")]
    [InlineData(3, 0, "ROE", "+  ")]
    [InlineData(3, 0, "RX", "+x")]
    [InlineData(1, 1, "RRO", "++ ")] // A CALL.
    [InlineData(1, 1, "O", " ")]
    [InlineData(1, 1, "RX", "+x")]
    [InlineData(1, 1, "RPO", "++ ")]
    [InlineData(2, 0b10, "RRRO", "+++ ")] // SELECT; CALL.
    [InlineData(2, 0b01, "RROR", "++ .")] // CALL; SELECT.
    [InlineData(5, 0b01010, "RRRORROR", "+++ ++ .")]
    [InlineData(1, 0, "RR", "..")] // More than was known.
    public void An_EOF_before_the_rows_tells_that_another_result_follows(int statements, uint programs, string results, string told)
    {
        Assert.Equal(Reply(ReplyRun.Legacy), Through(ReplyRun.Legacy));
        Assert.Equal(Reply(ReplyRun.Modern), Through(ReplyRun.Modern));
        Assert.Equal(Reply(ReplyRun.Legacy | Capabilities.DeprecateEof), Through(ReplyRun.Legacy | Capabilities.DeprecateEof));

        byte[] Through(Capabilities client)
        {
            var reader = new ReplyReader();
            reader.Begin(ReplyShape.Results, ReplyRun.Modern, client, ServerStatus.Autocommit, ahead: new ResultsAhead(statements, programs));
            return ReplyRun.Whole(reader, Reply(ReplyRun.Modern), _ => 7);
        }

        // A result set with rows, one of output parameters, an OK, an error, and one after the columns.
        byte[] Reply(Capabilities format)
        {
            var bytes = new ReplyBytes(format);
            for (var i = 0; i < results.Length; i++)
            {
                var last = ServerStatus.Autocommit | (i + 1 < results.Length ? ServerStatus.MoreResults : ServerStatus.None);
                var before = ServerStatus.Autocommit | (told[i] is '+' ? ServerStatus.MoreResults : ServerStatus.None);
                _ = results[i] switch
                {
                    'R' => bytes.ResultSet(before, "a").TextRow("1").End(new OkFields(last)),
                    'P' => bytes.ResultSet(before, "a").TextRow("1").End(new OkFields(last | ServerStatus.OutParameters)),
                    'X' => bytes.ResultSet(before | ServerStatus.MoreResults, "a").Err(1242, "many rows"),
                    'E' => bytes.Err(1064, "nonsense"),
                    _ => bytes.Ok(new OkFields(last)),
                };
            }

            return bytes.ToArray();
        }
    }

    [Fact]
    public void A_result_set_without_rows_in_a_call_tells_both_times_that_another_result_follows() => Golden(
        ReplyShape.Results,
        "01000001 01  " + At(2) + "  07000003 FE 00 00 0A00 0000  07000004 00 00 00 0200 0000",
        "01000001 01  " + At(2) + "  05000003 FE 0000 0A00  05000004 FE 0000 0A00  07000005 00 00 00 0200 0000",
        new ResultsAhead(1, 1));

    [Fact]
    public void The_clients_sequence_goes_on_after_a_file_was_asked_for()
    {
        var reader = new ReplyReader();
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, ReplyRun.Legacy, ServerStatus.Autocommit);
        var more = new OkFields(ServerStatus.Autocommit | ServerStatus.MoreResults);
        var server = new ReplyBytes(ReplyRun.Modern).ResultSet(more.Status, "a").End(more).InfileRequest("f").ToArray();
        var client = new ReplyBytes(ReplyRun.Legacy)
            .ResultSet(ServerStatus.Autocommit, "a").End(more).InfileRequest("f").ToArray();
        var (sent, progress, received) = ReplyRun.Through(reader, server, _ => 3);
        Assert.Equal((ReplyProgress.ClientMustSend, server.Length), (progress, received));
        Assert.Equal(client, sent);
        Assert.Equal((1, 6), (reader.SequenceShift, reader.NextClientSequence));

        reader.ClientDataSent(7);
        var verdict = ReplyRun.Whole(reader, new ReplyBytes(ReplyRun.Modern, 7).Ok(new OkFields()).ToArray(), _ => 3);
        Assert.Equal(new ReplyBytes(ReplyRun.Legacy, 8).Ok(new OkFields()).ToArray(), verdict);
    }

    private static string At(int sequence) => Column.Replace("0?", $"{sequence:X2}", StringComparison.Ordinal);

    private static void Golden(ReplyShape shape, string server, string client, ResultsAhead ahead = default)
    {
        var (bytes, expected) = (Hex(server), Hex(client));
        for (var cut = 1; cut <= bytes.Length; cut++)
        {
            var reader = new ReplyReader();
            reader.Begin(shape, ReplyRun.Modern, ReplyRun.Legacy, ServerStatus.Autocommit, ahead: ahead);
            Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(ReplyRun.Whole(reader, bytes, _ => cut)));
        }
    }

    private static byte[] Hex(string digits) => Convert.FromHexString(digits.Replace(" ", "", StringComparison.Ordinal));
}
