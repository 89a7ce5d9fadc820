namespace Pool.Live.Tests.UserVariables;

/// <summary>Statements about user variables, drawn at random: values of every type, set and read in every way.</summary>
internal sealed class UserVariableStatements(Random random)
{
    private static readonly string[] s_names = ["@a", "@b", "@`c d`", "@'E'", "@f.g$h"];

    private static readonly string[] s_values =
    [
        "5", "-9223372036854775808", "CAST(18446744073709551615 AS UNSIGNED)", "CAST(5 AS UNSIGNED)", "TRUE", "12.340", "-5.",
        "CAST(5 AS DECIMAL(10,0))", "99999999999999999999999999999999999999999999999999999999999999999", "1e0/3", "-1.5e300", "5e-324",
        "RAND(3)", "RAND(4) * 1e100", "0e0", "'text'", "''", "_latin1 x'e9'", "_utf8mb4 x'f09f9880' COLLATE utf8mb4_bin",
        "_utf8mb4'a' COLLATE utf8mb4_unicode_ci", "_binary x'00ff5c27'", "_ucs2 x'0041'", "x'41'", "b'1'", "NULL", "NULLIF(1, 1)", "NULLIF(1.5, 1.5)",
        "CAST(NULL AS UNSIGNED)", "NULLIF(_latin1'x' COLLATE latin1_bin, 'x')", "JSON_OBJECT('a', 1)", "DATE'2001-02-03'",
        "TIMESTAMP'2001-02-03 04:05:06.5'", "REPEAT('it''s \\\"x\\\" ', 500)", "CONVERT('é' USING utf8mb4)", "USER() IS NULL",
        "(SELECT 1 UNION SELECT 2)", "REPEAT(_binary x'00', 4000)",
    ];

    /// <summary>The next statement.</summary>
    public string Next() => random.Next(15) switch
    {
        0 or 1 or 2 => $"SET {Name()} = {Value()}",
        3 => $"SET {Name()} = {Value()}, {Name()} = {Name()}",
        4 => $"SELECT {Name()} := {Value()}",
        5 => $"SELECT {Value()} INTO {Name()}",
        6 => $"DO {Name()} := {Value()}",
        7 => $"SET {Name()} = CONCAT({Name()}, 'x'), {Name()} = {Name()} + 1",
        8 => $"SELECT COUNT(*), SUM({Name()} := {Name()} + 1) FROM (SELECT 1 UNION SELECT 2) t",
        9 => $"SELECT {Name()} - RAND(5), {Name()} IS NULL, {Name()} = {Name()}",
        _ => Look(),
    };

    private string Name() => s_names[random.Next(s_names.Length)];

    private string Value() => random.Next(5) == 0 ? Name() : s_values[random.Next(s_values.Length)];

    private string Look()
    {
        var name = Name();
        return $"SELECT {name}, LENGTH({name}), HEX({name}), COLLATION({name}), COERCIBILITY({name}), {Name()}";
    }
}
