using System.Buffers;
using Pool.Wire.Commands;
using Pool.Wire.Tests.Fuzz;

namespace Pool.Wire.Tests.Commands;

public sealed class ExecutePacketTests
{
    // Nine parameters, so that the bitmap has two bytes.
    private const int Parameters = 9;
    private static readonly byte[] s_types = [.. Enumerable.Range(0, Parameters).SelectMany(i => new byte[] { (byte)(i + 1), 0x80 })];
    private static readonly byte[] s_values = [9, 8, 7];
    private static readonly byte[] s_head = [0x17, 5, 0, 0, 0, 0, 1, 0, 0, 0, 0xFF, 0x01];
    private static readonly byte[] s_typed = [.. s_head, 1, .. s_types, .. s_values];
    private static readonly byte[] s_untyped = [.. s_head, 0, .. s_values];
    private static readonly byte[] s_bulkTyped = [0xFA, 5, 0, 0, 0, 0x80, 0, .. s_types, .. s_values];
    private static readonly byte[] s_bulkUntyped = [0xFA, 5, 0, 0, 0, 0, 0, .. s_values];

    public static TheoryData<byte[], byte[]> Pairs => new() { { s_untyped, s_typed }, { s_bulkUntyped, s_bulkTyped } };

    [Fact]
    public void The_id_is_changed_in_place_and_nothing_else()
    {
        var payload = s_typed.ToArray();
        Assert.Equal(5u, ExecutePacket.StatementId(payload));
        ExecutePacket.Redirect(payload, 0x01020304);
        Assert.Equal(0x01020304u, ExecutePacket.StatementId(payload));
        Assert.Equal(s_typed[5..], payload[5..]);
        Assert.Equal(s_typed[0], payload[0]);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Types_are_found_where_they_are(byte[] untyped, byte[] typed)
    {
        Assert.True(ExecutePacket.TryFindTypes(typed, Parameters, out var types, out var at));
        Assert.Equal(s_types, types.ToArray());
        Assert.True(ExecutePacket.TryFindTypes(untyped, Parameters, out types, out var place));
        Assert.True(types.IsEmpty);
        Assert.Equal(at, place);
        Assert.Equal(at + s_types.Length, ExecutePacket.HeadBytes((CommandCode)typed[0], Parameters));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Types_that_were_left_out_are_put_back(byte[] untyped, byte[] typed)
    {
        Assert.True(ExecutePacket.TryFindTypes(untyped, Parameters, out _, out var at));
        var output = new ArrayBufferWriter<byte>();
        ExecutePacket.WriteWithTypes(output, untyped, at, s_types);
        output.Write(untyped.AsSpan(at));
        Assert.Equal(typed, output.WrittenSpan.ToArray());
    }

    [Fact]
    public void What_is_cut_off_has_no_types()
    {
        for (var length = 0; length < s_typed.Length - s_values.Length; length++)
        {
            Assert.False(ExecutePacket.TryFindTypes(s_typed.AsSpan(0, length), Parameters, out _, out _), $"{length} bytes");
        }

        Assert.False(ExecutePacket.TryFindTypes(s_typed, 0, out _, out _));
    }

    [Theory]
    [InlineData(0x17, 1, true)]
    [InlineData(0x17, 0, false)]
    [InlineData(0xFA, 0x80, false)]
    public void A_cursor_is_asked_for_by_the_flags_of_an_execute(byte command, byte flags, bool asks) =>
        Assert.Equal(asks, ExecutePacket.AsksForCursor([command, 1, 0, 0, 0, flags, 1, 0, 0, 0]));

    [Fact]
    public void Any_bytes_are_read_without_fault() => FuzzRun.Of(
        20_000,
        random => Mutation.Of(random.Next(2) == 0 ? s_typed : s_bulkTyped, random),
        (input, random) =>
        {
            var parameters = random.Next(4) == 0 ? random.Next(65_536) : random.Next(20);
            _ = ExecutePacket.AsksForCursor(input);
            if (ExecutePacket.TryFindTypes(input, parameters, out var types, out var at))
            {
                Assert.InRange(at, 1, input.Length);
                Assert.True(types.IsEmpty || types.Length == 2 * parameters);
                var output = new ArrayBufferWriter<byte>();
                ExecutePacket.WriteWithTypes(output, input, at, new byte[2 * parameters]);
                Assert.True(ExecutePacket.TryFindTypes(output.WrittenSpan, parameters, out types, out _));
                Assert.Equal(2 * parameters, types.Length);
            }
        });
}
