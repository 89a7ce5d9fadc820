using Pool.Testing.Replies;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;
using static Pool.Wire.Replies.PacketKind;

namespace Pool.Wire.Tests.Replies;

public sealed class ReplyTrackerTests
{
    private const ServerStatus Auto = ServerStatus.Autocommit;

    public static TheoryData<Capabilities> Formats =>
    [
        .. ReplyRun.Clients, .. ReplyRun.Clients.Select(format => format | Capabilities.OptionalResultsetMetadata),
    ];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Ok_ends_a_reply_and_its_numbers_are_kept(Capabilities format)
    {
        var ok = new OkFields(Auto | ServerStatus.InTransaction, 70_000, ulong.MaxValue, 3, "Rows matched: 1");
        var summary = Follow(ReplyShape.Results, format, b => b.Ok(ok), Ok).Summary;
        Assert.Equal((ok.Status, true, (ushort)3), (summary.Status, summary.HasStatus, summary.Warnings));
        Assert.Equal((ok.AffectedRows, ok.InsertId, false), (summary.AffectedRows, summary.LastInsertId, summary.IsResultSet));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void An_error_ends_every_shape_of_reply(Capabilities format)
    {
        foreach (var shape in Enum.GetValues<ReplyShape>().Except([ReplyShape.None]))
        {
            var summary = Follow(shape, format, b => b.Err(1064, "You have an error"), Err).Summary;
            Assert.Equal((1064, false), (summary.ErrorCode, summary.HasStatus));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_result_set_ends_with_its_terminator_however_many_rows_it_has(Capabilities format)
    {
        foreach (var rows in new[] { 0, 1, 300 })
        {
            var end = new OkFields(Auto | ServerStatus.NoIndexUsed, Warnings: 2);
            var tracker = Follow(
                ReplyShape.Results,
                format,
                b => Enumerable.Range(0, rows).Aggregate(b.ResultSet(Auto, "a", "b"), (r, i) => r.TextRow(null, $"{i}")).End(end),
                [ColumnCount, Column, LastColumn, .. Eof(format), .. Enumerable.Repeat(Row, rows), Terminator]);
            var summary = tracker.Summary;
            Assert.Equal((end.Status, (ushort)2), (summary.Status, summary.Warnings));
            Assert.Equal(((ulong)rows, true), (summary.Rows, summary.IsResultSet));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Rows_of_the_binary_protocol_are_not_taken_for_an_OK(Capabilities format) => Follow(
        ReplyShape.Results,
        format,
        b => b.ResultSet(Auto, "a").BinaryRow(1).BinaryRow(default(int?)).End(new OkFields()),
        [ColumnCount, LastColumn, .. Eof(format), Row, Row, Terminator]);

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_number_of_columns_may_take_three_bytes(Capabilities format) => Follow(
        ReplyShape.Results,
        format,
        b => b.ResultSet(Auto, [.. Enumerable.Repeat("c", 4096)]).End(new OkFields()),
        [ColumnCount, .. Enumerable.Repeat(Column, 4095), LastColumn, .. Eof(format), Terminator]);

    [Theory]
    [MemberData(nameof(Formats))]
    public void An_error_may_come_after_the_columns_or_between_rows(Capabilities format)
    {
        Follow(
            ReplyShape.Results,
            format,
            b => b.ResultSet(Auto, "a").Err(1317, "killed"),
            [ColumnCount, LastColumn, .. Eof(format), Err]);
        var summary = Follow(
            ReplyShape.Results,
            format,
            b => b.ResultSet(Auto, "a").TextRow("1").Err(1317, "killed"),
            [ColumnCount, LastColumn, .. Eof(format), Row, Err]).Summary;
        Assert.Equal((1317, 1UL, false), (summary.ErrorCode, summary.Rows, summary.HadResultSet));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Results_follow_each_other_as_long_as_the_flags_say_so(Capabilities format)
    {
        var more = new OkFields(Auto | ServerStatus.MoreResults, 5, 41);
        var summary = Follow(
            ReplyShape.Results,
            format,
            b => b.Ok(more)
                .ResultSet(Auto, "a").TextRow("1").End(more with { AffectedRows = 0, InsertId = 0 })
                .ResultSet(Auto, "a").End(new OkFields(Warnings: 1)),
            [
                Ok, ColumnCount, LastColumn, .. Eof(format), Row, Terminator,
                ColumnCount, LastColumn, .. Eof(format), Terminator,
            ]).Summary;
        Assert.Equal((41UL, 0UL, (ushort)1, Auto), (summary.LastInsertId, summary.Rows, summary.Warnings, summary.Status));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_procedure_ends_with_an_OK_after_its_result_sets_and_OUT_parameters(Capabilities format)
    {
        var more = new OkFields(Auto | ServerStatus.MoreResults);
        var output = new OkFields(more.Status | ServerStatus.OutParameters);
        var summary = Follow(
            ReplyShape.Results,
            format,
            b => b.ResultSet(Auto, "a").BinaryRow(1).End(more)
                .ResultSet(Auto | ServerStatus.OutParameters, "@o").BinaryRow(2).End(output)
                .Ok(new OkFields(AffectedRows: 9)),
            [
                ColumnCount, LastColumn, .. Eof(format), Row, Terminator,
                ColumnCount, LastColumn, .. Eof(format), Row, Terminator, Ok,
            ]).Summary;
        Assert.Equal((9UL, false), (summary.AffectedRows, summary.IsResultSet));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_cursor_ends_its_reply_after_the_columns(Capabilities format)
    {
        var bytes = ReplyRun.Write(format, b => b.ColumnCount(1).Columns("a").End(new OkFields(Auto | ServerStatus.CursorExists)));
        var (seen, tracker) = ReplyRun.Kinds(ReplyShape.Results, format, bytes, opensCursor: true);
        Assert.Equal([ColumnCount, LastColumn, Terminator], seen);
        Assert.Equal((true, Auto | ServerStatus.CursorExists), (tracker.IsDone, tracker.Summary.Status));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_cursor_of_stored_code_ends_nothing(Capabilities format)
    {
        var open = Auto | ServerStatus.CursorExists;
        _ = Follow(
            ReplyShape.Results,
            format,
            b => b.ResultSet(open, "a").TextRow("1").End(new OkFields(open)),
            [ColumnCount, LastColumn, .. Eof(format), Row, Terminator]);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_fetch_brings_rows_without_columns(Capabilities format)
    {
        var summary = Follow(
            ReplyShape.Rows,
            format,
            b => b.BinaryRow(1).BinaryRow(2).End(new OkFields(Auto | ServerStatus.LastRowSent)),
            [Row, Row, Terminator]).Summary;
        Assert.Equal((2UL, Auto | ServerStatus.LastRowSent), (summary.Rows, summary.Status));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_prepare_ends_after_its_parameters_and_columns(Capabilities format)
    {
        foreach (var (parameters, columns) in new[] { (0, 0), (0, 3), (2, 0), (2, 3), (1, 1) })
        {
            var summary = Follow(
                ReplyShape.Prepare,
                format,
                b =>
                {
                    b.PrepareOk(0xA1B2C3D4, columns, parameters, 1);
                    _ = parameters == 0 ? b : b.Columns([.. Enumerable.Repeat("?", parameters)]).DefinitionsEnd(Auto, 1);
                    _ = columns == 0 ? b : b.Columns([.. Enumerable.Repeat("c", columns)]).DefinitionsEnd(Auto, 1);
                },
                [PrepareOk, .. Definitions(parameters, format), .. Definitions(columns, format)]).Summary;
            Assert.Equal((0xA1B2C3D4, (ushort)1), (summary.StatementId, summary.Warnings));
        }
    }

    [Fact]
    public void Definitions_that_the_server_says_it_leaves_out_are_not_waited_for()
    {
        const Capabilities Format = ReplyRun.Modern | Capabilities.OptionalResultsetMetadata;
        Follow(
            ReplyShape.Results,
            Format,
            b => b.ColumnCount(3, false).TextRow("1", "2", "3").End(new OkFields()),
            [ColumnCount, Row, Terminator]);
        Follow(ReplyShape.Prepare, Format, b => b.PrepareOk(1, 3, 2, 0, false), [PrepareOk]);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_local_file_is_asked_for_and_the_verdict_follows(Capabilities format)
    {
        var (kinds, tracker) = ReplyRun.Kinds(ReplyShape.Results, format, ReplyRun.Write(format, b => b.InfileRequest("/tmp/x")));
        Assert.Equal([InfileRequest], kinds);
        Assert.Equal((true, false), (tracker.AwaitsClientData, tracker.IsDone));
        tracker.ClientDataSent();
        Assert.Equal((false, false), (tracker.AwaitsClientData, tracker.IsDone));
        var verdict = ReplyRun.Write(format, b => b.Ok(new OkFields(AffectedRows: 4)));
        Assert.Equal(Ok, tracker.Accept(PacketHeader.Read(verdict), verdict.AsSpan(PacketHeader.Size)));
        Assert.Equal((true, 4UL), (tracker.IsDone, tracker.Summary.AffectedRows));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_field_list_ends_with_a_terminator(Capabilities format) => Follow(
        ReplyShape.Columns, format, b => b.Columns("a", "b").End(new OkFields()), [Column, Column, Terminator]);

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_line_of_text_is_all_of_the_statistics(Capabilities format)
    {
        Follow(ReplyShape.Text, format, b => b.Packet("Uptime: 7"u8), [Text]);
        Follow(ReplyShape.Text, format, b => b.Packet([]), [Text]);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_command_may_be_acknowledged_by_a_terminator(Capabilities format) =>
        Follow(ReplyShape.Acknowledgement, format, b => b.End(new OkFields()), [Terminator]);

    [Fact]
    public void A_command_without_reply_is_done_at_once() =>
        Assert.True(ReplyRun.Kinds(ReplyShape.None, ReplyRun.Modern, []).Tracker.IsDone);

    [Fact]
    public void Trackers_are_summed_up_over_all_results()
    {
        var more = Auto | ServerStatus.MoreResults;
        var tracker = Follow(
            ReplyShape.Results,
            ReplyRun.Modern,
            b => b.Ok(new OkFields(more, Changes: StateChange.Variable("autocommit", "ON")))
                .Ok(new OkFields(more, Changes: StateChange.Something()))
                .Ok(new OkFields(more, Changes: [.. StateChange.Schema("one"), .. StateChange.Something()]))
                .Ok(new OkFields(Auto, Changes: StateChange.Schema(""))),
            [Ok, Ok, Ok, Ok]);
        Assert.Equal((true, true, ""), (tracker.Summary.VariableChanged, tracker.Summary.StateChanged, tracker.Schema));
    }

    [Fact]
    public void A_change_of_state_that_is_a_change_of_the_database_is_explained()
    {
        var changes = new OkFields(Changes: [.. StateChange.Something(), .. StateChange.Schema("two")]);
        var tracker = Follow(ReplyShape.Results, ReplyRun.Modern, b => b.Ok(changes), [Ok]);
        Assert.Equal((false, "two"), (tracker.Summary.StateChanged, tracker.Schema));
    }

    private static ReplyTracker Follow(ReplyShape shape, Capabilities format, Action<ReplyBytes> write, params PacketKind[] kinds)
    {
        var (seen, tracker) = ReplyRun.Kinds(shape, format, ReplyRun.Write(format, write));
        Assert.Equal(kinds, seen);
        Assert.True(tracker.IsDone);
        Assert.False(tracker.AwaitsClientData);
        return tracker;
    }

    private static PacketKind[] Eof(Capabilities format) => (format & Capabilities.DeprecateEof) != 0 ? [] : [DefinitionsEnd];

    private static PacketKind[] Definitions(int count, Capabilities format) =>
        count == 0 ? [] : [.. Enumerable.Repeat(Column, count - 1), LastColumn, .. Eof(format)];
}
