using Pool.Actors.Settings;
using Pool.Testing;

namespace Pool.Actors.Tests.Settings;

public sealed class VariableCatalogueTests
{
    [Theory]
    [InlineData("1", "5", "5")]
    [InlineData("1", "-1", "-1")]
    [InlineData("1", "18446744073709551615", "18446744073709551615")]
    [InlineData("1.5", "0.000001", "0.000001")]
    [InlineData("1", "ON", "'ON'")]
    [InlineData("1", "1e5", "'1e5'")]
    [InlineData("1", "", "''")]
    [InlineData("x", "5", "'5'")]
    [InlineData("x", "it's", "'it''s'")]
    [InlineData("x", "a\"b`c,d=e", "'a\"b`c,d=e'")]
    [InlineData("x", VariableCatalogue.Null, "NULL")]
    [InlineData("1", VariableCatalogue.Null, "NULL")]
    [InlineData("x", "\\", "_utf8mb4 x'5C'")]
    [InlineData("x", "\\', a = 1 -- ", "_utf8mb4 x'5C272C2061203D2031202D2D20'")]
    [InlineData("x", "é", "_utf8mb4 x'C3A9'")]
    public void A_value_is_written_so_that_it_is_read_back_under_any_settings(string sample, string value, string literal)
    {
        var catalogue = Of(("v", sample));
        Assert.Equal(literal, VariableCatalogue.Literal(catalogue.Variables[0], value));
    }

    [Theory]
    [InlineData("ON", "1", true)]
    [InlineData("off", "0", true)]
    [InlineData("YES", "on", true)]
    [InlineData("", VariableCatalogue.Null, true)]
    [InlineData("a,b", "b,a", true)]
    [InlineData("mrr=on,x=off", "x=off,mrr=on", true)]
    [InlineData("A,B", "a,b", true)]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("a,b", "a,c", false)]
    [InlineData("a,b", "a", false)]
    [InlineData("ON", "0", false)]
    [InlineData("1", "", false)]
    [InlineData("1", "10", false)]
    [InlineData("mrr=on,x=off", "mrr=off,x=off", false)]
    public void Two_texts_are_one_value_or_not(string a, string b, bool isSame)
    {
        Assert.Equal(isSame, VariableCatalogue.IsSame(a, b));
        Assert.Equal(isSame, VariableCatalogue.IsSame(b, a));
    }

    [Theory]
    [InlineData("1\u001fx", true)]
    [InlineData("\u001f", true)]
    [InlineData("1", false)]
    [InlineData("1\u001fx\u001fy", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_snapshot_has_a_value_for_each_variable(string? snapshot, bool isOne)
    {
        Assert.Equal(isOne, Of(("a", "1"), ("b", "x")).Parse(snapshot, 0) is not null);
    }

    [Theory]
    [InlineData("utf8mb4", 45, "utf8mb4_general_ci")]
    [InlineData("utf8mb4", 999, "")]
    [InlineData(VariableCatalogue.Null, 45, "")]
    public void The_collation_of_results_is_told_by_the_columns_unless_they_are_not_converted(string results, ushort collation, string expected)
    {
        var catalogue = new VariableCatalogue(new Dictionary<string, string> { ["character_set_results"] = "x" }, [], FakeVariables.Collations);
        Assert.Equal([results, expected], catalogue.Parse(results, collation)!);
    }

    [Fact]
    public void Variables_are_at_their_places_volatile_ones_left_out()
    {
        var catalogue = new VariableCatalogue(
            new Dictionary<string, string> { ["timestamp"] = "1", ["b"] = "1", ["a"] = "1", ["insert_id"] = "0", ["wait_timeout"] = "1", ["profiling"] = "0", ["optimizer_trace"] = "enabled=off" },
            ["version", "init_connect"]);
        Assert.Equal(Enumerable.Range(0, catalogue.Variables.Count), catalogue.Variables.Select(v => v.Index));
        Assert.Equal(
            [
                ("a", VariableRole.Painted), ("b", VariableRole.Painted), ("optimizer_trace", VariableRole.Pinning), ("profiling", VariableRole.Pinning),
                ("wait_timeout", VariableRole.Own),
                ("version", VariableRole.Watched), ("init_connect", VariableRole.Watched), (VariableCatalogue.ResultsCollation, VariableRole.Silent),
            ],
            catalogue.Variables.Select(v => (v.Name, v.Role)));
        Assert.False(catalogue.TryFind("timestamp", out _));
        Assert.True(catalogue.TryFind("WAIT_Timeout", out var found) && found.Index == 4);
    }

    [Fact]
    public void The_trackers_are_told_of_what_can_be_set_and_of_what_changes_by_itself()
    {
        var catalogue = new VariableCatalogue(new Dictionary<string, string> { ["a"] = "1" }, ["version"]);
        var names = catalogue.TrackedNames.Split(',');
        Assert.Contains("a", names);
        Assert.Contains("timestamp", names);
        Assert.DoesNotContain("version", names);
        Assert.DoesNotContain("statement_id", names);
        Assert.DoesNotContain(VariableCatalogue.ResultsCollation, names);
    }

    [Fact]
    public void A_baseline_has_one_value_for_each_variable() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Baseline(Of(("a", "1")), ["1", "2", "3"]));

    private static VariableCatalogue Of(params (string Name, string Sample)[] variables) =>
        new([.. variables.Select(v => KeyValuePair.Create(v.Name, v.Sample))], []);
}
