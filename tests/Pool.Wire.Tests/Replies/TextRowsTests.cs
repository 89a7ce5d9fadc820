using Pool.Testing.Replies;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

public sealed class TextRowsTests
{
    private const ServerStatus Auto = ServerStatus.Autocommit;

    [Theory]
    [MemberData(nameof(ReplyTrackerTests.Formats), MemberType = typeof(ReplyTrackerTests))]
    public void Rows_are_read_with_their_NULLs(Wire.Handshake.Capabilities format)
    {
        var text = new string('x', 300);
        var reply = ReplyRun.Write(
            format, b => b.ResultSet(Auto, "a", "b").TextRow(null, "").TextRow(text, "é").End(new OkFields()));
        Assert.Equal([[null, ""], [text, "é"]], TextRows.Read(reply, format));
    }

    [Fact]
    public void A_reply_without_a_result_set_has_no_rows()
    {
        Assert.Empty(TextRows.Read(ReplyRun.Write(ReplyRun.Modern, b => b.Ok(new OkFields())), ReplyRun.Modern));
        Assert.Empty(TextRows.Read([], ReplyRun.Modern));
    }

    [Fact]
    public void Only_the_first_result_set_is_read()
    {
        var more = new OkFields(Auto | ServerStatus.MoreResults);
        var reply = ReplyRun.Write(
            ReplyRun.Modern,
            b => b.ResultSet(Auto, "a").TextRow("1").End(more).ResultSet(Auto, "a").TextRow("2").End(new OkFields()));
        Assert.Equal([["1"]], TextRows.Read(reply, ReplyRun.Modern));
    }

    [Fact]
    public void The_error_that_ended_a_reply_is_found()
    {
        var reply = ReplyRun.Write(ReplyRun.Modern, b => b.ResultSet(Auto, "a").TextRow("1").Err(1317, "interrupted"));
        Assert.Equal((1317, "interrupted"), TextRows.ReadError(reply));
        Assert.Equal((0, ""), TextRows.ReadError([]));
    }
}
