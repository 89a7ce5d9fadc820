using System.Runtime.CompilerServices;
using Pool.Actors.Errors;

namespace Pool.Actors.Tests;

public sealed class ErrorsPageTests
{
    public static TheoryData<PoolError> Errors => [.. Enum.GetValues<PoolError>().Where(e => e != PoolError.None)];

    [Theory, MemberData(nameof(Errors))]
    public void Every_error_is_in_the_catalogue_and_on_the_page_with_its_number(PoolError error)
    {
        var entry = ErrorCatalogue.Of(error);

        Assert.Equal(5, entry.SqlState.Length);
        Assert.False(entry.Code is >= 2000 and < 3000, "client libraries take their own numbers for malformed packets");
        Assert.Contains($"| `{error}` | {entry.Code} | {entry.SqlState} | {entry.Text} |", Page(), StringComparison.Ordinal);
    }

    private static string Page([CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/errors.md"));
}
