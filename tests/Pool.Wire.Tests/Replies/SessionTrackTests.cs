using System.Text;
using Pool.Testing.Replies;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

public sealed class SessionTrackTests
{
    private static readonly byte[] s_all =
    [
        .. StateChange.Variable("time_zone", "+00:00"), .. StateChange.Schema("shop"), .. StateChange.Something(),
        .. StateChange.Gtids("a:1-5"),
        .. StateChange.Characteristics("START TRANSACTION;"), .. StateChange.Transaction("T___W_S_"),
        .. StateChange.Variable("x", ""),
        .. StateChange.Of((SessionTrackType)200, [1, 2, 3]), .. StateChange.Schema(""),
    ];

    [Fact]
    public void Every_type_of_change_is_read() => Assert.Equal(
        [
            "SystemVariable time_zone=+00:00", "Schema =shop", "StateChange =1", "Gtids =a:1-5",
            "TransactionCharacteristics =START TRANSACTION;",
            "TransactionState =T___W_S_", "SystemVariable x=", "200 =\u0001\u0002\u0003", "Schema =",
        ],
        Read(s_all, out var fault).Append(fault.ToString()).SkipLast(1));

    [Fact]
    public void A_block_cut_anywhere_says_what_was_whole_and_then_a_fault()
    {
        var whole = Read(s_all, out var fault);
        Assert.Equal(WireFault.None, fault);
        var boundaries = 0;
        for (var length = 0; length < s_all.Length; length++)
        {
            var read = Read(s_all.AsSpan(0, length), out fault);
            Assert.Equal(whole.Take(read.Count), read);
            boundaries += fault == WireFault.None ? 1 : 0;
        }

        Assert.Equal(whole.Count, boundaries);
    }

    [Theory]
    [InlineData("00 FB")]
    [InlineData("00 FF")]
    [InlineData("00 FE FFFFFFFFFFFFFFFF")]
    [InlineData("00 02 05 61")]
    [InlineData("01 00")]
    [InlineData("01 01 01")]
    [InlineData("03 01 00")]
    [InlineData("05 02 FD FF")]
    public void A_length_that_cannot_be_is_a_fault(string hex)
    {
        Assert.Empty(Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), out var fault));
        Assert.NotEqual(WireFault.None, fault);
    }

    private static List<string> Read(ReadOnlySpan<byte> bytes, out WireFault fault)
    {
        var read = new List<string>();
        var changes = new SessionTrack(bytes);
        while (changes.MoveNext())
        {
            read.Add($"{changes.Type} {Encoding.UTF8.GetString(changes.Name)}={Encoding.UTF8.GetString(changes.Value)}");
        }

        fault = changes.Fault;
        return read;
    }
}
