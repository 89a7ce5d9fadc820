using System.Text;
using System.Text.RegularExpressions;
using Pool.Wire.Replies;

namespace Pool.Testing;

/// <summary>
/// How a <see cref="FakeServer"/> answers the statements with which a node moves user variables. All of them are strings here.
/// </summary>
internal static partial class FakeUserVariables
{
    private const string Collation = "utf8mb4_bin";
    private static readonly (byte, uint) s_string = ((byte)ColumnType.LongBlob, 1024);
    private static readonly (byte, uint) s_undefined = ((byte)ColumnType.VarString, 1024);

    /// <summary>The answer, or null to any other statement.</summary>
    public static FakeServerReply? Answer(string sql, ServerStatus status, Dictionary<string, string> variables)
    {
        if (sql.Contains("CAST(COLLATION(", StringComparison.Ordinal))
        {
            var values = Read().Matches(sql).Select(m => variables.GetValueOrDefault(m.Groups[1].Value)).ToList();
            return FakeServerReply.Row(status,
                [.. values.SelectMany(v => Enumerable.Repeat(v is null ? s_undefined : s_string, 3))],
                values.SelectMany(v => new[] { v, v, Collation }));
        }

        if (!sql.StartsWith("SET @`", StringComparison.Ordinal))
        {
            return null;
        }

        foreach (Match assignment in Assigned().Matches(sql))
        {
            variables[assignment.Groups[1].Value] = Encoding.UTF8.GetString(Convert.FromHexString(assignment.Groups[2].Value));
        }

        foreach (Match cleared in Cleared().Matches(sql))
        {
            variables.Remove(cleared.Groups[1].Value);
        }

        return FakeServerReply.Ok(status, changes: FakeServerReply.StateChange);
    }

    [GeneratedRegex("CAST\\(@`([^`]+)` AS BINARY\\)")]
    private static partial Regex Read();

    [GeneratedRegex("@`([^`]+)`=_[a-z0-9]+ x'([0-9A-F]*)'")]
    private static partial Regex Assigned();

    [GeneratedRegex("@`([^`]+)`=NULL")]
    private static partial Regex Cleared();
}
