using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Testing;

/// <summary>
/// What a server keeps for one connection, and the few statements that the fake understands; everything else is a success
/// without effect. Belongs to its connection's flow.
/// </summary>
public sealed partial class FakeServerSession
{
    private const int MultiStatementsOff = 1;
    private readonly Dictionary<uint, FakePrepared> _prepared = [];
    private uint _lastPrepared;
    private long _rowCount;
    private int _foundRows;
    private string? _warning;
    private ushort _resultsCollation;

    internal FakeServerSession(FakeServer server, ulong threadId) =>
        (Server, ThreadId, Settings) = (server, threadId, new(server.Globals, StringComparer.Ordinal));

    /// <summary>The server's id of the connection.</summary>
    public ulong ThreadId { get; }

    /// <summary>What a reset clears and nobody else may see.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The current database.</summary>
    public string? Database { get; private set; }

    /// <summary>The session variables, by name.</summary>
    public SortedDictionary<string, string> Settings { get; private set; }

    /// <summary>The collation, by name.</summary>
    public string Collation => Settings["collation_connection"];

    /// <summary>sql_mode has IGNORE_SPACE.</summary>
    public bool IgnoreSpace => Settings["sql_mode"].Contains("IGNORE_SPACE", StringComparison.Ordinal);

    /// <summary>Several statements in one text are allowed.</summary>
    public bool MultiStatements { get; private set; } = true;

    /// <summary>The flags that the next reply carries.</summary>
    public ServerStatus Status { get; set; } = ServerStatus.Autocommit;

    /// <summary>LAST_INSERT_ID().</summary>
    public ulong LastInsertId { get; set; }

    /// <summary>Prepared statements that are open.</summary>
    public int Prepared => _prepared.Count;

    private FakeServer Server { get; }

    /// <summary>What it answers to a statement, which it has run then.</summary>
    public FakeServerReply Execute(FakeStatement statement) => statement.Command switch
    {
        CommandCode.Query => Query(statement.Text),
        CommandCode.InitDb => Use(statement.Text),
        CommandCode.SetOption => SetOption(statement.Payload[1]),
        CommandCode.ResetConnection => Reset(),
        CommandCode.StmtPrepare => Prepare(Encoding.UTF8.GetString(statement.Payload.AsSpan(1))),
        CommandCode.StmtExecute => Run(statement),
        CommandCode.StmtClose => Close(statement),
        CommandCode.StmtSendLongData => TakeLongData(statement),
        CommandCode.StmtReset => ResetStatement(statement),
        CommandCode.Statistics => FakeServerReply.Of("Uptime: 1"u8.ToArray()),
        CommandCode.FieldList => FakeServerReply.Columns(Status, "id", "name"),
        _ => Done(),
    };

    private FakeServerReply Query(string sql) => Hint().Matches(sql) is { Count: > 0 } hints ? Hinted(sql, hints) : Run(sql);

    // As MySQL: the variables have these values for one statement.
    private FakeServerReply Hinted(string sql, IEnumerable<Match> hints)
    {
        var before = new SortedDictionary<string, string>(Settings, StringComparer.Ordinal);
        foreach (var hint in hints)
        {
            Assign(hint.Groups[1].Value, hint.Groups[2].Value.Trim('\''));
        }

        var reply = Run(HintComment().Replace(sql, ""));
        Settings = before;
        return reply;
    }

    private FakeServerReply Run(string sql)
    {
        if (Ask(sql) is { } answer)
        {
            return answer;
        }

        _warning = Server.KeepsWarnings ? _warning : null;
        if (FakeUserVariables.Answer(sql, Status, Variables) is { } moved)
        {
            return moved;
        }

        return sql.Split(' ')[0].ToUpperInvariant() switch
        {
            "SELECT" => Select(sql),
            "SET" => Set(sql),
            "BEGIN" => In(ServerStatus.InTransaction),
            "COMMIT" or "ROLLBACK" => In(ServerStatus.None),
            "USE" => Use(sql[4..].Trim('`')),
            "INSERT" => Insert(sql),
            "KILL" => Kill(ulong.Parse(sql[(sql.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture), sql),
            "CREATE" when sql.Contains("TEMPORARY", StringComparison.Ordinal) => Change(sql.Split(' ')[3], "table"),
            _ => Done(),
        };
    }

    private FakeServerReply? Ask(string sql) => sql.Replace(" LIMIT 1", "", StringComparison.Ordinal) switch
    {
        "SELECT LAST_INSERT_ID()" or "SELECT LAST_INSERT_ID() LIMIT 1" => Single(LastInsertId.ToString(CultureInfo.InvariantCulture)),
        "SELECT LAST_INSERT_ID(), LAST_INSERT_ID(0)" => TakeInsertId(),
        "SELECT ROW_COUNT()" => Single(_rowCount.ToString(CultureInfo.InvariantCulture)),
        "SELECT FOUND_ROWS()" or "SELECT FOUND_ROWS() LIMIT 1" => Single(_foundRows.ToString(CultureInfo.InvariantCulture)),
        "SELECT CONNECTION_ID()" => Single(ThreadId.ToString(CultureInfo.InvariantCulture)),
        "SELECT DATABASE()" => Single(Database),
        _ when sql.StartsWith("SELECT CAST(CONCAT_WS(", StringComparison.Ordinal) => Snapshot(sql),
        "SHOW SESSION VARIABLES" => FakeServerReply.Rows(Status, "Variable_name", Settings.Keys.Concat(Server.Fixed.Keys)),
        "SELECT COUNT(*) FROM state" => Single(Variables.Count.ToString(CultureInfo.InvariantCulture)),
        "SHOW WARNINGS" => FakeServerReply.Rows(Status, "Message", _warning is null ? [] : [_warning]),
        _ => null,
    };

    private FakeServerReply TakeInsertId()
    {
        var reply = Single(LastInsertId.ToString(CultureInfo.InvariantCulture));
        LastInsertId = 0;
        return reply;
    }

    private FakeServerReply Snapshot(string sql)
    {
        (_rowCount, _foundRows) = (-1, 1);
        return FakeServerReply.Snapshot(Status, string.Join('\x1f', SnapshotName().Matches(sql).Select(m => Value(m.Groups[1].Value))), _resultsCollation);
    }

    private FakeServerReply Single(string? value)
    {
        (_rowCount, _foundRows) = (-1, 1);
        return FakeServerReply.Rows(Status, "value", [value]);
    }

    private FakeServerReply Select(string sql)
    {
        if (SystemVariable().Match(sql) is { Success: true } system && Value(system.Groups[2].Value) is { } value)
        {
            return Single(system.Groups[1].Value == "global." ? Server.Globals.GetValueOrDefault(system.Groups[2].Value, value) : value);
        }

        if (UserVariable().Match(sql) is { Success: true } variable)
        {
            return Single(Variables.GetValueOrDefault(variable.Groups[1].Value));
        }

        if (ListedThread().Match(sql) is { Success: true } thread)
        {
            var listed = Server.IsLive(ulong.Parse(thread.Groups[1].Value, CultureInfo.InvariantCulture));
            return FakeServerReply.Rows(Status, "1", listed ? ["1"] : []);
        }

        var count = RowCount().Match(sql) is { Success: true } rows ? int.Parse(rows.Groups[1].Value, CultureInfo.InvariantCulture) : 1;
        (_rowCount, _foundRows) = (-1, count);
        return FakeServerReply.Rows(Status, "value", Enumerable.Repeat(sql, count));
    }

    private FakeServerReply Set(string sql)
    {
        _rowCount = 0;
        if (UserVariable().Match(sql) is { Success: true } variable)
        {
            return Change(variable.Groups[1].Value, sql[(sql.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim());
        }

        if (InsertId().Match(sql) is { Success: true } id)
        {
            LastInsertId = ulong.Parse(id.Groups[1].Value, CultureInfo.InvariantCulture);
        }

        if (Collate().Match(sql) is { Success: true } names)
        {
            Assign("character_set_client", names.Groups[1].Value);
            Assign("character_set_connection", names.Groups[1].Value);
            Assign("character_set_results", names.Groups[1].Value);
            Assign("collation_connection", names.Groups[2].Value);
            _resultsCollation = FakeVariables.Collations.IdOf(names.Groups[2].Value);
        }

        foreach (Match assignment in Assignment().Matches(sql))
        {
            if (Server.Fixed.TryGetValue(assignment.Groups[1].Value, out var refused))
            {
                return FakeServerReply.Error(refused.Error, $"'{assignment.Groups[1].Value}' cannot be set");
            }

            if (sql.StartsWith("SET GLOBAL ", StringComparison.Ordinal))
            {
                Server.Globals[assignment.Groups[1].Value] = assignment.Groups[2].Value.Trim('\'');
                continue;
            }

            Assign(assignment.Groups[1].Value, assignment.Groups[2].Value.Trim('\''));
        }

        return FakeServerReply.Ok(Status);
    }

    private string? Value(string name) =>
        Settings.GetValueOrDefault(name) ?? (Server.Fixed.TryGetValue(name, out var value) ? value.Value : null);

    private void Assign(string name, string value)
    {
        if (Settings.ContainsKey(name))
        {
            Settings[name] = value == "DEFAULT" ? Server.Globals[name] : value;
            Status = Settings["autocommit"] == "0" ? Status & ~ServerStatus.Autocommit : Status | ServerStatus.Autocommit;
        }
    }

    private FakeServerReply Change(string name, string value)
    {
        Variables[name] = value;
        return FakeServerReply.Ok(Status, changes: FakeServerReply.StateChange);
    }

    private FakeServerReply Insert(string sql)
    {
        _rowCount = 1;
        LastInsertId = Server.NextInsertId();
        _warning = sql.Contains("IGNORE", StringComparison.Ordinal) ? $"ignored by {sql}" : null;
        return FakeServerReply.Ok(Status, 1, LastInsertId, (ushort)(_warning is null ? 0 : 1));
    }

    private FakeServerReply In(ServerStatus transaction)
    {
        Status = (Status & ~ServerStatus.InTransaction) | transaction;
        return Done();
    }

    private FakeServerReply Use(string database)
    {
        if (database.StartsWith("no_", StringComparison.Ordinal))
        {
            return FakeServerReply.Error(1049, $"Unknown database '{database}'", "42000");
        }

        Database = database;
        _rowCount = 0;
        return FakeServerReply.Ok(Status, changes: [.. FakeServerReply.SchemaChange(database), .. FakeServerReply.StateChange]);
    }

    private FakeServerReply SetOption(byte option)
    {
        MultiStatements = option != MultiStatementsOff;
        return FakeServerReply.Columns(Status);
    }

    private FakeServerReply Reset()
    {
        Variables.Clear();
        _prepared.Clear();
        LastInsertId = 0;
        _rowCount = 0;
        _warning = null;
        Settings = new(Server.Globals, StringComparer.Ordinal);
        Status = ServerStatus.Autocommit;
        return Done();
    }

    private FakeServerReply Prepare(string sql)
    {
        if (sql.Contains("no_such_table", StringComparison.Ordinal))
        {
            return FakeServerReply.Error(1146, "Table 'no_such_table' doesn't exist", "42S02");
        }

        var prepared = new FakePrepared(sql, Database, Settings["sql_mode"], Settings["time_zone"]);
        _prepared[++_lastPrepared] = prepared;
        return FakeServerReply.Prepared(_lastPrepared, (ushort)prepared.Parameters);
    }

    private FakeServerReply Run(FakeStatement statement) => !_prepared.TryGetValue(statement.StatementId(), out var prepared) ? Unknown()
        : prepared.Text.StartsWith("SET ", StringComparison.Ordinal) ? Set(prepared.Text)
        : FakeServerReply.BinaryRow(Status, prepared.Run(statement.Payload));

    private FakeServerReply ResetStatement(FakeStatement statement)
    {
        if (!_prepared.TryGetValue(statement.StatementId(), out var prepared))
        {
            return Unknown();
        }

        prepared.Reset();
        return Done();
    }

    private FakeServerReply TakeLongData(FakeStatement statement)
    {
        const int Head = 7;
        _prepared.GetValueOrDefault(statement.StatementId())?.TakeLongData(statement.Payload.Length - Head);
        return FakeServerReply.None;
    }

    private static FakeServerReply Unknown() => FakeServerReply.Error(1243, "Unknown prepared statement handler");

    private FakeServerReply Close(FakeStatement statement)
    {
        _prepared.Remove(statement.StatementId());
        return FakeServerReply.None;
    }

    private FakeServerReply Kill(ulong threadId, string sql) => Server.Kill(threadId, !sql.Contains("QUERY", StringComparison.Ordinal))
        ? Done()
        : FakeServerReply.Error(1094, $"Unknown thread id: {threadId}");

    private FakeServerReply Done()
    {
        _rowCount = 0;
        return FakeServerReply.Ok(Status);
    }

    [GeneratedRegex("(?<!@)@([a-z][a-z0-9_]*)")]
    private static partial Regex UserVariable();

    [GeneratedRegex("processlist WHERE id = ([0-9]+)")]
    private static partial Regex ListedThread();

    [GeneratedRegex("LIMIT ([0-9]+)")]
    private static partial Regex RowCount();

    [GeneratedRegex("^SET (?:last_insert_id|@@last_insert_id|@@identity) = ([0-9]+)")]
    private static partial Regex InsertId();

    [GeneratedRegex("NAMES ([a-z0-9]+) COLLATE ([a-z0-9_]+)")]
    private static partial Regex Collate();

    [GeneratedRegex("([a-z_]+)`? = ('[^']*'|[^',]+)")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"SET_VAR\(([a-z_]+)=('[^']*'|[^')]*)\)")]
    private static partial Regex Hint();

    [GeneratedRegex(@" /\*\+[^*]*\*/")]
    private static partial Regex HintComment();

    [GeneratedRegex("@@(session\\.|global\\.)?`?([a-z_]+)")]
    private static partial Regex SystemVariable();

    [GeneratedRegex("@@(?:session\\.)?`([a-z_]+)`")]
    private static partial Regex SnapshotName();
}
