using Pool.Testing.Replies;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

public sealed class ReplyAllocationTests
{
    private const int Replies = 10_000;

    public static TheoryData<Capabilities> Clients => [.. ReplyRun.Clients];

    [Theory]
    [MemberData(nameof(Clients))]
    public void The_reply_to_a_point_select_is_read_without_allocating(Capabilities client)
    {
        var bytes = ReplyRun.Write(
            ReplyRun.Modern,
            b => b.ResultSet(ServerStatus.Autocommit, "id", "name").TextRow("12345", "somebody")
                .End(new OkFields(Changes: StateChange.Transaction("T_R_____"))));
        var reader = new ReplyReader();
        Read(reader, bytes, client);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Replies; i++)
        {
            Read(reader, bytes, client);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Read(ReplyReader reader, byte[] bytes, Capabilities client)
    {
        reader.Begin(ReplyShape.Results, ReplyRun.Modern, client, ServerStatus.Autocommit);
        bytes.CopyTo(reader.Window.Free);
        reader.Window.Received(bytes.Length);
        if (reader.Scan() != ReplyProgress.Done)
        {
            throw new InvalidOperationException("the reply did not end");
        }

        reader.Window.Sent();
    }
}
