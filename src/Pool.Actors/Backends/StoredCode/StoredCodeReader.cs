using System.Globalization;
using System.Text;
using Pool.Wire.Statements;

namespace Pool.Actors.Backends.StoredCode;

/// <summary>
/// Reads a server's stored code. What did not change since the last time is listed, but not read again. The texts come from SHOW CREATE:
/// those in information_schema have lost the quotes and backslashes inside of strings. Not thread-safe.
/// </summary>
/// <param name="query">Runs a statement with the rights of the pool's own account; what that cannot see is unknown.</param>
/// <param name="flavour">Whose server it is.</param>
public sealed class StoredCodeReader(Func<string, CancellationToken, ValueTask<QueryResult>> query, ServerFlavour flavour)
{
    /// <summary>With more objects of one kind than this nothing is known.</summary>
    public const int MaxObjects = 10_000;

    // Well below what a reply may have; nobody writes longer ones by hand.
    private const int MaxTextBytes = 512 * 1024;


    // Every column that can change without the others; MD5 is no function of MySQL 9 any more.
    private static readonly string[] s_lists =
    [
        "SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, NULL, LENGTH(ROUTINE_DEFINITION), "
            + "SHA2(CONCAT_WS('/', CREATED, LAST_ALTERED, SQL_MODE, ROUTINE_BODY, ROUTINE_DEFINITION), 256) "
            + "FROM information_schema.ROUTINES WHERE ROUTINE_TYPE IN ('PROCEDURE', 'FUNCTION')",
        "SELECT TRIGGER_SCHEMA, TRIGGER_NAME, 'TRIGGER', EVENT_OBJECT_TABLE, LENGTH(ACTION_STATEMENT), "
            + "SHA2(CONCAT_WS('/', CREATED, SQL_MODE, ACTION_STATEMENT), 256) FROM information_schema.TRIGGERS",
        "SELECT TABLE_SCHEMA, TABLE_NAME, 'VIEW', NULL, LENGTH(VIEW_DEFINITION), SHA2(VIEW_DEFINITION, 256) FROM information_schema.VIEWS",
    ];

    // To read all columns takes longer than the other lists together. MariaDB looks for a sequence first, and spares itself that if there is none.
    private const string SequenceDefaults =
        "SELECT TABLE_SCHEMA, COLUMN_NAME, 'DEFAULT', TABLE_NAME, LENGTH(COLUMN_DEFAULT), COLUMN_DEFAULT FROM information_schema.COLUMNS "
            + "WHERE COLUMN_DEFAULT RLIKE '(next|last|set)val[(]' AND EXISTS (SELECT 1 FROM information_schema.TABLES WHERE TABLE_TYPE = 'SEQUENCE')";

    private readonly string[] _lists = flavour == ServerFlavour.MariaDb ? [.. s_lists, SequenceDefaults] : s_lists;
    private readonly LexerMode _flavour = flavour == ServerFlavour.MariaDb ? LexerMode.MariaDb : LexerMode.None;
    private Dictionary<Listed, StoredObject> _known = [];
    private StoredCodeCatalogue? _catalogue;

    /// <summary>What the server has now: the same object as last time if nothing changed; null if it could not be read.</summary>
    public async ValueTask<StoredCodeCatalogue?> ReadAsync(CancellationToken cancel)
    {
        var listed = await ListAsync(cancel);
        if (listed is null)
        {
            return null;
        }

        var known = new Dictionary<Listed, StoredObject>();
        var unread = new List<StoredObject>();
        var isSame = _catalogue is not null && listed.Count == _known.Count;
        foreach (var entry in listed)
        {
            if (_known.TryGetValue(entry, out var before))
            {
                known[entry] = before;
                continue;
            }

            isSame = false;
            var (stored, isFinal) = await ReadAsync(entry, cancel);
            if (isFinal is null)
            {
                return null;
            }

            if (isFinal.Value)
            {
                known[entry] = stored;
            }
            else
            {
                unread.Add(stored);
            }
        }

        if (!isSame)
        {
            _known = known;
            _catalogue = new StoredCodeCatalogue([.. known.Values, .. unread]);
        }

        return _catalogue;
    }

    private async ValueTask<List<Listed>?> ListAsync(CancellationToken cancel)
    {
        var listed = new List<Listed>();
        foreach (var list in _lists)
        {
            var result = await query($"{list} LIMIT {MaxObjects + 1}", cancel);
            if (!result.Succeeded || result.Rows.Count > MaxObjects)
            {
                return null;
            }

            listed.AddRange(result.Rows.Select(Listed.From).OfType<Listed>());
        }

        return listed;
    }

    /// <summary><c>IsFinal</c>: false if it should be tried again next time; null if the connection failed.</summary>
    private async ValueTask<(StoredObject Stored, bool? IsFinal)> ReadAsync(Listed entry, CancellationToken cancel)
    {
        var unknown = new StoredObject(entry.Kind, entry.Schema, entry.Name, entry.Table, null);
        if (entry.Length is 0 or > MaxTextBytes)
        {
            return (unknown, true);
        }

        if (entry.Kind == StoredObjectKind.Default)
        {
            return (unknown with { Body = View($"SELECT {entry.Stamp}") }, true);
        }

        var result = await query(TextQuery(entry), cancel);
        return result switch
        {
            { ErrorCode: < 0 } => (unknown, null),
            { Succeeded: false } => (unknown, false),
            { Rows: [[{ } query]] } when entry.Kind == StoredObjectKind.View => (unknown with { Body = View(query) }, true),
            { Rows: [[_, { } mode, { } text, ..]] } when entry.Kind != StoredObjectKind.View => (unknown with { Body = Code(text, mode) }, true),
            _ => (unknown, false),
        };
    }

    private RoutineBody? Code(string text, string sqlMode)
    {
        var modes = sqlMode.Split(',');
        var mode = _flavour;
        mode |= modes.Contains("ANSI_QUOTES") ? LexerMode.AnsiQuotes : LexerMode.None;
        mode |= modes.Contains("NO_BACKSLASH_ESCAPES") ? LexerMode.NoBackslashEscapes : LexerMode.None;

        // In Oracle's mode a name alone is a call.
        return modes.Contains("ORACLE") ? null : RoutineBody.Inspect(Encoding.UTF8.GetBytes(text), mode);
    }

    // The server writes it anew, always with backslashes; names are in double quotes if this connection's mode says so, and texts never.
    private RoutineBody View(string query) => RoutineBody.InspectView(Encoding.UTF8.GetBytes(query), _flavour | LexerMode.AnsiQuotes);

    private static string TextQuery(Listed entry) => entry.Kind switch
    {
        StoredObjectKind.View => $"SELECT VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = {Text(entry.Schema)} AND TABLE_NAME = {Text(entry.Name)}",
        _ => $"SHOW CREATE {entry.Kind.ToString().ToUpperInvariant()} {Quoted(entry.Schema)}.{Quoted(entry.Name)}",
    };

    private static string Quoted(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    private static string Text(string name) => $"CONVERT(0x{Convert.ToHexString(Encoding.UTF8.GetBytes(name))} USING utf8mb4)";

    /// <summary>An object as it is listed: what changes when it changes, which of a default is its text.</summary>
    private sealed record Listed(StoredObjectKind Kind, string Schema, string Name, string? Table, int Length, string Stamp)
    {
        public static Listed? From(IReadOnlyList<string?> row) =>
            row is [{ } schema, { } name, { } kind, var table, var length, var stamp]
                ? new Listed(
                    Enum.Parse<StoredObjectKind>(kind, ignoreCase: true), schema, name, table,
                    length is null ? 0 : int.Parse(length, CultureInfo.InvariantCulture), stamp ?? "")
                : null;
    }
}
