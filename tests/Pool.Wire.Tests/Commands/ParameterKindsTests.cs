using Pool.Wire.Commands;

namespace Pool.Wire.Tests.Commands;

/// <summary>The cases are those in which MySQL 9.7 was seen to keep or to change the type of "SELECT ?".</summary>
public sealed class ParameterKindsTests
{
    [Theory]
    [InlineData(ParameterKind.Text, ParameterKind.Signed, ParameterKind.Signed)]
    [InlineData(ParameterKind.Text, ParameterKind.None, ParameterKind.Text)]
    [InlineData(ParameterKind.Signed, ParameterKind.Text, ParameterKind.Signed)]
    [InlineData(ParameterKind.Signed, ParameterKind.Unsigned, ParameterKind.Unsigned)]
    [InlineData(ParameterKind.Signed, ParameterKind.Decimal, ParameterKind.Decimal)]
    [InlineData(ParameterKind.Decimal, ParameterKind.Signed, ParameterKind.Decimal)]
    [InlineData(ParameterKind.Decimal, ParameterKind.Double, ParameterKind.Double)]
    [InlineData(ParameterKind.Double, ParameterKind.Decimal, ParameterKind.Double)]
    [InlineData(ParameterKind.Double, ParameterKind.Date, ParameterKind.Date)]
    [InlineData(ParameterKind.Date, ParameterKind.Double, ParameterKind.Date)]
    [InlineData(ParameterKind.Date, ParameterKind.Time, ParameterKind.Time)]
    [InlineData(ParameterKind.DateTime, ParameterKind.Time, ParameterKind.DateTime)]
    [InlineData(ParameterKind.Time, ParameterKind.DateTime, ParameterKind.Time)]
    [InlineData(ParameterKind.Time, ParameterKind.Date, ParameterKind.Date)]
    public void A_parameter_keeps_the_stronger_kind(ParameterKind before, ParameterKind bound, ParameterKind after) =>
        Assert.Equal(after, ParameterKinds.After(before, bound));

    [Theory]
    [InlineData(0x06, 0, ParameterKind.None)]
    [InlineData(0xFD, 0, ParameterKind.Text)]
    [InlineData(0xFC, 0, ParameterKind.Text)]
    [InlineData(0x08, 0, ParameterKind.Signed)]
    [InlineData(0x08, 0x80, ParameterKind.Unsigned)]
    [InlineData(0xF6, 0, ParameterKind.Decimal)]
    [InlineData(0x04, 0, ParameterKind.Double)]
    [InlineData(0x0A, 0, ParameterKind.Date)]
    [InlineData(0x0C, 0, ParameterKind.DateTime)]
    [InlineData(0x0B, 0, ParameterKind.Time)]
    public void Types_have_kinds(byte type, byte flags, ParameterKind kind) => Assert.Equal(kind, ParameterKinds.Of(type, flags));

    [Fact]
    public void Binding_the_same_twice_is_no_news()
    {
        foreach (var before in Enum.GetValues<ParameterKind>())
        {
            foreach (var bound in Enum.GetValues<ParameterKind>())
            {
                var once = ParameterKinds.After(before, bound);
                Assert.Equal(once, ParameterKinds.After(once, bound));
            }
        }
    }
}
