using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Pool.Actors.Backends;

namespace Pool.Actors.Settings;

/// <summary>
/// The variables of one server that sessions can set, in alphabetical order, and the statement that reads them all at once.
/// Immutable. Values are texts as that statement shows them; <see cref="Null"/> stands for NULL.
/// </summary>
public sealed class VariableCatalogue
{
    /// <summary>
    /// The collation of what the session is sent, by name: SET NAMES sets it with the character set, and only the columns of an answer
    /// tell it. Kept as a variable of this name, which no server has; empty where answers are not converted.
    /// </summary>
    public const string ResultsCollation = "(results)";

    /// <summary>The value of a variable that is NULL.</summary>
    public const string Null = "\0";

    private const char Separator = '\x1f';

    // Their values change by themselves or with other statements; whoever sets one keeps the connection.
    private static readonly string[] s_volatile =
    [
        "timestamp", "insert_id", "last_insert_id", "identity", "rand_seed1", "rand_seed2", "pseudo_thread_id", "warning_count",
        "error_count", "statement_id", "character_set_database", "collation_database",

        // Those of a MariaDB replica's connections: what they read depends on which of them is named, and is not the session's.
        "default_master_connection", "max_relay_log_size", "sql_slave_skip_counter",
    ];

    private static readonly string[] s_own = ["wait_timeout", "interactive_timeout"];

    private static readonly string[] s_pinning =
    [
        "session_track_schema", "session_track_state_change", "session_track_system_variables", "pseudo_replica_mode", "pseudo_slave_mode",
        "gtid_next", "gtid_seq_no", "sql_auto_is_null", "original_commit_timestamp", "resultset_metadata",

        // A session may set it to 0 or to the global, and so not back to what the global was.
        "max_delayed_threads",
    ];

    // MySQL's reset keeps the trace of the optimizer, and MariaDB's the profiles.
    private static readonly string[] s_tracing = ["profiling", "optimizer_trace"];

    private readonly FrozenDictionary<string, Variable> _byName;

    /// <summary>Makes a catalogue of names, each with a sample of its values.</summary>
    /// <param name="samples">The variables that sessions can set.</param>
    /// <param name="watched">Those that they cannot set, and may ask for when they start; read with the others.</param>
    /// <param name="collations">The server's collations; null while none can be told.</param>
    /// <param name="privileged">Those of the samples that the pool's account may not set.</param>
    public VariableCatalogue(
        IReadOnlyCollection<KeyValuePair<string, string>> samples,
        IReadOnlyCollection<string> watched,
        CollationCatalogue? collations = null,
        IReadOnlyCollection<string>? privileged = null)
    {
        Collations = collations;
        Variables =
        [
            .. samples.Where(s => !IsVolatile(s.Key)).OrderBy(s => s.Key, StringComparer.Ordinal)
                .Select((s, i) => new Variable(
                    i, s.Key, privileged?.Contains(s.Key) == true ? VariableRole.Pinning : RoleOf(s.Key), !IsNumber(s.Value))),
        ];
        Variables =
        [
            .. Variables,
            .. watched.Append(ResultsCollation).Select((name, i) => new Variable(
                Variables.Count + i, name, name == ResultsCollation ? VariableRole.Silent : VariableRole.Watched, IsText: true)),
        ];
        _byName = Variables.ToFrozenDictionary(v => v.Name, StringComparer.OrdinalIgnoreCase);
        SnapshotStatement = NewSnapshotStatement();
        TrackedNames = string.Join(',', Variables.Where(v => v.Role is not (VariableRole.Watched or VariableRole.Silent)).Select(v => v.Name).Concat(s_volatile.Where(n => n is not ("warning_count" or "error_count" or "statement_id"))));
    }

    /// <summary>The server's collations; null while none can be told.</summary>
    public CollationCatalogue? Collations { get; }

    /// <summary>The variables, by <see cref="Variable.Index"/>.</summary>
    public IReadOnlyList<Variable> Variables { get; }

    /// <summary>Reads the values of all variables on a connection, as one value; safe under any settings.</summary>
    public string SnapshotStatement { get; }

    /// <summary>The names that session_track_system_variables has to list.</summary>
    public string TrackedNames { get; }

    /// <summary>True if nothing can be said of the variable's value from one statement to the next.</summary>
    public static bool IsVolatile(string name) => s_volatile.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>True if a connection keeps the texts of statements that ran while the variable was on, even over a reset.</summary>
    public static bool TracesStatements(string name) => s_tracing.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The variable of a name, of any case.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out Variable? variable) => _byName.TryGetValue(name, out variable);

    /// <summary>The values in the answer to <see cref="SnapshotStatement"/>; null if it is not one.</summary>
    /// <param name="snapshot">The first column.</param>
    /// <param name="resultsCollation">The collation of the second.</param>
    public string[]? Parse(string? snapshot, ushort resultsCollation)
    {
        var values = snapshot?.Split(Separator);
        if (values?.Length != Variables.Count - 1)
        {
            return null;
        }

        var isConverted = !TryFind("character_set_results", out var results) || values[results.Index] != Null;
        return [.. values, isConverted ? Collations?.Find(resultsCollation)?.Name ?? "" : ""];
    }

    /// <summary>
    /// A value as it is written after SET name =. Neither the connection's sql_mode, which says what a backslash is, nor its character
    /// set changes what the server reads; but see <see cref="LiteralInWide"/>.
    /// </summary>
    public static string Literal(Variable variable, string value) =>
        value == Null ? "NULL"
        : !variable.IsText && IsNumber(value) ? value
        : Ascii.IsValid(value) && !value.Contains('\\', StringComparison.Ordinal) ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'"
        : $"_utf8mb4 x'{Convert.ToHexString(Encoding.UTF8.GetBytes(value))}'";

    /// <summary>
    /// As <see cref="Literal"/>, where character_set_connection is a wide one: a server may take the bytes of the literal, converted to it, for a
    /// name that it does not know (MariaDB: lc_time_names).
    /// </summary>
    public static string LiteralInWide(Variable variable, string value) =>
        Literal(variable, value) is var literal && literal[0] == '\'' ? $"_utf8mb4 {literal}" : literal;

    /// <summary>
    /// True if two texts are the same value: the trackers say ON where a snapshot says 1, and the order of a list's items does not matter.
    /// </summary>
    public static bool IsSame(string a, string b)
    {
        if (a == b || Switch(a) == Switch(b))
        {
            return true;
        }

        return a.Contains(',', StringComparison.Ordinal) && b.Contains(',', StringComparison.Ordinal)
            && a.Split(',').ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(b.Split(','));
    }

    private static string Switch(string value) => value.Length > 3 ? value : value.ToUpperInvariant() switch
    {
        "ON" or "YES" => "1",
        "OFF" or "NO" => "0",
        Null => "",
        var other => other,
    };

    private static bool IsNumber(string value) =>
        value.Length > 0 && value[0] is '-' or (>= '0' and <= '9') && decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    private static VariableRole RoleOf(string name) =>
        s_own.Contains(name) ? VariableRole.Own
        : s_pinning.Contains(name) || TracesStatements(name) ? VariableRole.Pinning
        : VariableRole.Painted;

    // One binary value: neither the session's character set nor sql_select_limit can change what is read. The long list of tracked names
    // is read as its checksum.
    private string NewSnapshotStatement()
    {
        var sql = new StringBuilder("SELECT CAST(CONCAT_WS(x'1f'");
        foreach (var variable in Variables.Where(v => v.Role != VariableRole.Silent))
        {
            var value = $"@@{(variable.Role == VariableRole.Watched ? "" : "session.")}`{variable.Name}`";
            sql.Append(variable.Name == "session_track_system_variables" ? $", SHA2({value}, 256)" : $", IFNULL({value}, x'00')");
        }

        return sql.Append(") AS BINARY), _utf8mb4'x' LIMIT 1").ToString();
    }
}
