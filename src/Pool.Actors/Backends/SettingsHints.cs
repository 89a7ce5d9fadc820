using System.Buffers;
using System.Text;
using Pool.Actors.Settings;
using Pool.Wire.Statements;

namespace Pool.Actors.Backends;

/// <summary>
/// The difference between two settings as SET_VAR hints, which hold for one statement and leave a connection as it is. Immutable but
/// for what trying them has shown. Thread-safe.
/// </summary>
public sealed class SettingsHints
{
    private const int MostVariables = 6;

    // Modes that are read when a statement is resolved or run. The others change how its text is read, which a hint comes too late for.
    private static readonly string[] s_lateModes =
    [
        "STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "ERROR_FOR_DIVISION_BY_ZERO", "NO_ZERO_DATE", "NO_ZERO_IN_DATE", "ONLY_FULL_GROUP_BY",
        "NO_ENGINE_SUBSTITUTION", "NO_AUTO_VALUE_ON_ZERO", "NO_UNSIGNED_SUBTRACTION",
    ];

    private readonly SessionSettings _needs;
    private volatile Trial _trial;

    private SettingsHints(SessionSettings needs, IReadOnlyList<KeyValuePair<string, string>> values)
    {
        (_needs, Values) = (needs, values);
        ConcernLiterals = values.Any(v => v.Key is "sql_mode" or "time_zone");
        HideTrackers = IsOn("session_track_gtids") || IsOn("session_track_transaction_info");
    }

    private enum Trial
    {
        None,
        Works,
        Fails,
    }

    /// <summary>The variables and their values, as the server itself reported them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Values { get; }

    /// <summary>They come too late for literals of dates and times, see <see cref="TemporalLiterals"/>.</summary>
    public bool ConcernLiterals { get; }

    /// <summary>The session asked for trackers of its transactions, which a client does not get with a hinted statement.</summary>
    public bool HideTrackers { get; }

    /// <summary>The hints that make a connection with settings <paramref name="has"/> right for one statement; null if none can.</summary>
    public static SettingsHints? Between(SessionSettings has, SessionSettings needs)
    {
        if (has.Database != needs.Database || has.MultiStatements != needs.MultiStatements || !has.Baseline.Equals(needs.Baseline))
        {
            return null;
        }

        var differ = has.Changes.Concat(needs.Changes).Select(c => c.Index).Distinct().Where(i => has[i] != needs[i]).Order()
            .Select(i => needs.Baseline.Catalogue.Variables[i]).ToList();
        return differ.Count is > 0 and <= MostVariables && differ.All(v => CanRide(v, has[v.Index], needs[v.Index]))
            ? new SettingsHints(needs, [.. differ.Select(v => KeyValuePair.Create(v.Name, needs[v.Index]))])
            : null;
    }

    /// <summary>
    /// True if the server was seen to set just these variables to these values, without a warning, and to set them back. Tried once, on
    /// a leased connection that carries what they start from; one that comes out of it otherwise is doomed.
    /// </summary>
    public async ValueTask<bool> WorkAsync(BackendConnection connection)
    {
        if (_trial == Trial.None && await TryAsync(connection) is { } works)
        {
            _trial = works ? Trial.Works : Trial.Fails;
        }

        return _trial == Trial.Works;
    }

    // Null: it could not be found out now.
    private async ValueTask<bool?> TryAsync(BackendConnection connection)
    {
        var had = connection.Settings;
        var sql = new ArrayBufferWriter<byte>();
        if (!SetVarHints.TryInsert(Encoding.UTF8.GetBytes(had.Baseline.Catalogue.SnapshotStatement), LexerMode.None, Values, sql))
        {
            return false;
        }

        var (during, warnings) = await connection.ReadSettingsAsync(Encoding.UTF8.GetString(sql.WrittenSpan));
        var (after, usual) = await connection.ReadSettingsAsync(had.Baseline.Catalogue.SnapshotStatement);
        if (connection.IsBroken)
        {
            return null;
        }

        if (after is null || after.FirstUnlike(had) is not null)
        {
            // Setting a variable back may silently leave another behind: max_join_size does.
            connection.Doom();
            return false;
        }

        // To read some variables is worth a warning by itself.
        return warnings == usual && during is not null && during.FirstUnlike(_needs) is null;
    }

    private static bool CanRide(Variable variable, string has, string needs) =>
        variable.Role == VariableRole.Painted && SetVarHints.IsHintable(variable.Name)
        && (variable.Name != "sql_mode" || EarlyModes(has).SetEquals(EarlyModes(needs)));

    private static HashSet<string> EarlyModes(string modes) => [.. modes.Split(',').Except(s_lateModes)];

    private bool IsOn(string variable) => _needs.Find(variable) is not (null or "OFF" or "0");
}
