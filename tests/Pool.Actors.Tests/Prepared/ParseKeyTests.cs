using Pool.Actors.Prepared;
using Pool.Actors.Settings;

namespace Pool.Actors.Tests.Prepared;

public sealed class ParseKeyTests
{
    private static readonly VariableCatalogue s_catalogue = new(
        new Dictionary<string, string> { ["sql_buffer_result"] = "0", ["group_concat_max_len"] = "0", ["sort_buffer_size"] = "0" }, ["version"]);

    /// <summary>A buffered result has columns of a temporary table, which are no part of a key.</summary>
    [Theory]
    [InlineData("sql_buffer_result", true)]
    [InlineData("group_concat_max_len", true)]
    [InlineData("sort_buffer_size", false)]
    public void A_statement_is_another_under_other_values_of_what_MySQL_looks_at_only_when_it_prepares(string variable, bool isAnother)
    {
        var settings = new SessionSettings(new Baseline(s_catalogue, ["0", "0", "0", "9", ""]), "a", multiStatements: false);
        Assert.Equal(isAnother, ParseKey.Of(settings).ReadsDifferently(ParseKey.Of(settings.With(variable, "1"))));
    }
}
