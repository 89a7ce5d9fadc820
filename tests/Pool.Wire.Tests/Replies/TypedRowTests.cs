using Pool.Testing.Replies;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

public sealed class TypedRowTests
{
    private const ServerStatus Auto = ServerStatus.Autocommit;

    [Theory]
    [MemberData(nameof(ReplyTrackerTests.Formats), MemberType = typeof(ReplyTrackerTests))]
    public void A_row_is_read_with_its_types_and_bytes(Capabilities format)
    {
        var extended = (format & Capabilities.MariaDbExtendedMetadata) != 0;
        var reply = ReplyRun.Write(format, b => b.ColumnCount(2)
            .Packet(Definition(8, 21, 0xA0, extended)).Packet(Definition(251, 50, 0, extended))
            .DefinitionsEnd(Auto).Packet([0xFB, .. Field.Text([0xFF, 0])]).End(new OkFields()));
        var row = TypedRow.Read(reply, format)!;
        Assert.Equal([new(ColumnType.LongLong, 21, true, 33), new(ColumnType.LongBlob, 50, false, 33)], row.Columns);
        Assert.Null(row.Values![0]);
        Assert.Equal([0xFF, 0], row.Values[1]!);
    }

    [Fact]
    public void Extended_metadata_is_passed_over()
    {
        const Capabilities Format = ReplyRun.Modern | Capabilities.MariaDbExtendedMetadata;
        var reply = ReplyRun.Write(Format, b => b.ColumnCount(1).Packet(Definition(255, 9, 0, extended: true)).End(new OkFields()));
        Assert.Equal([new(ColumnType.Geometry, 9, false, 33)], TypedRow.Read(reply, Format)!.Columns);
    }

    [Fact]
    public void No_row_is_no_values()
    {
        var reply = ReplyRun.Write(ReplyRun.Modern, b => b.ResultSet(Auto, "a").End(new OkFields()));
        var row = TypedRow.Read(reply, ReplyRun.Modern)!;
        Assert.Single(row.Columns);
        Assert.Null(row.Values);
    }

    [Fact]
    public void Anything_else_is_refused()
    {
        Assert.Null(TypedRow.Read([], ReplyRun.Modern));
        Assert.Null(TypedRow.Read([200, 0, 0, 0], ReplyRun.Modern));
        Assert.Null(Read(b => b.Ok(new OkFields())));
        Assert.Null(Read(b => b.Err(1064, "no")));
        Assert.Null(Read(b => b.ResultSet(Auto, "a").TextRow("1").TextRow("2").End(new OkFields())));
        Assert.Null(Read(b => b.ResultSet(Auto, "a", "b").TextRow("1").End(new OkFields())));
        Assert.Null(Read(b => b.ColumnCount(1).Packet([1, 2]).TextRow("1").End(new OkFields())));

        static TypedRow? Read(Action<ReplyBytes> write) => TypedRow.Read(ReplyRun.Write(ReplyRun.Modern, write), ReplyRun.Modern);
    }

    private static byte[] Definition(byte type, uint length, ushort flags, bool extended) =>
    [
        .. Field.Text("def"), 0, 0, 0, .. Field.Text("@a"), 0, .. extended ? Field.Text([1, 2, 3]) : [],
        0x0C, 33, 0, .. Field.Int(length, 4), type, .. Field.Int(flags, 2), 31, 0, 0,
    ];
}
