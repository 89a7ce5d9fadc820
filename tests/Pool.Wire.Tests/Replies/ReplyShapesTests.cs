using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

public sealed class ReplyShapesTests
{
    [Theory]
    [InlineData(CommandCode.Query, ReplyShape.Results)]
    [InlineData(CommandCode.StmtExecute, ReplyShape.Results)]
    [InlineData(CommandCode.StmtBulkExecute, ReplyShape.Results)]
    [InlineData(CommandCode.StmtPrepare, ReplyShape.Prepare)]
    [InlineData(CommandCode.StmtFetch, ReplyShape.Rows)]
    [InlineData(CommandCode.FieldList, ReplyShape.Columns)]
    [InlineData(CommandCode.Statistics, ReplyShape.Text)]
    [InlineData(CommandCode.Quit, ReplyShape.None)]
    [InlineData(CommandCode.StmtClose, ReplyShape.None)]
    [InlineData(CommandCode.StmtSendLongData, ReplyShape.None)]
    [InlineData(CommandCode.Ping, ReplyShape.Acknowledgement)]
    [InlineData(CommandCode.InitDb, ReplyShape.Acknowledgement)]
    [InlineData(CommandCode.SetOption, ReplyShape.Acknowledgement)]
    [InlineData(CommandCode.StmtReset, ReplyShape.Acknowledgement)]
    [InlineData(CommandCode.ResetConnection, ReplyShape.Acknowledgement)]
    public void Every_command_is_answered_in_its_shape(CommandCode command, ReplyShape shape) =>
        Assert.Equal(shape, ReplyShapes.Of(command));
}
