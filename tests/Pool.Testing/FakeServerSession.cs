using System.Globalization;
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
    private readonly HashSet<uint> _prepared = [];
    private uint _lastPrepared;
    private ulong _lastInsertId;
    private long _rowCount;
    private int _foundRows;
    private string? _warning;

    internal FakeServerSession(FakeServer server, ulong threadId) => (Server, ThreadId) = (server, threadId);

    /// <summary>The server's id of the connection.</summary>
    public ulong ThreadId { get; }

    /// <summary>What a reset clears and nobody else may see.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The current database.</summary>
    public string? Database { get; private set; }

    /// <summary>The collation, by name.</summary>
    public string Collation { get; private set; } = "server_default";

    /// <summary>sql_mode has IGNORE_SPACE.</summary>
    public bool IgnoreSpace { get; private set; }

    /// <summary>Several statements in one text are allowed.</summary>
    public bool MultiStatements { get; private set; } = true;

    /// <summary>The flags that the next reply carries.</summary>
    public ServerStatus Status { get; private set; } = ServerStatus.Autocommit;

    /// <summary>Prepared statements that are open.</summary>
    public int Prepared => _prepared.Count;

    private FakeServer Server { get; }

    internal FakeServerReply Execute(FakeStatement statement) => statement.Command switch
    {
        CommandCode.Query => Query(statement.Text),
        CommandCode.InitDb => Use(statement.Text),
        CommandCode.SetOption => SetOption(statement.Payload[1]),
        CommandCode.ResetConnection => Reset(),
        CommandCode.StmtPrepare => Prepare(statement.Text),
        CommandCode.StmtExecute => Run(statement),
        CommandCode.StmtClose => Close(statement),
        CommandCode.StmtSendLongData => FakeServerReply.None,
        CommandCode.Statistics => FakeServerReply.Of("Uptime: 1"u8.ToArray()),
        CommandCode.FieldList => FakeServerReply.Columns(Status, "id", "name"),
        _ => Done(),
    };

    private FakeServerReply Query(string sql)
    {
        if (Ask(sql) is { } answer)
        {
            return answer;
        }

        _warning = Server.KeepsWarnings ? _warning : null;
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

    private FakeServerReply? Ask(string sql) => sql switch
    {
        "SELECT LAST_INSERT_ID()" => Single(_lastInsertId.ToString(CultureInfo.InvariantCulture)),
        "SELECT ROW_COUNT()" => Single(_rowCount.ToString(CultureInfo.InvariantCulture)),
        "SELECT FOUND_ROWS()" => Single(_foundRows.ToString(CultureInfo.InvariantCulture)),
        "SELECT CONNECTION_ID()" => Single(ThreadId.ToString(CultureInfo.InvariantCulture)),
        "SELECT DATABASE()" => Single(Database),
        "SELECT @@collation_connection" => Single(Collation),
        "SELECT COUNT(*) FROM state" => Single(Variables.Count.ToString(CultureInfo.InvariantCulture)),
        "SHOW WARNINGS" => FakeServerReply.Rows(Status, "Message", _warning is null ? [] : [_warning]),
        _ => null,
    };

    private FakeServerReply Single(string? value)
    {
        (_rowCount, _foundRows) = (-1, 1);
        return FakeServerReply.Rows(Status, "value", [value]);
    }

    private FakeServerReply Select(string sql)
    {
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
            _lastInsertId = ulong.Parse(id.Groups[1].Value, CultureInfo.InvariantCulture);
        }
        else if (Collate().Match(sql) is { Success: true } collate)
        {
            Collation = collate.Groups[1].Value;
        }
        else if (sql.StartsWith("SET sql_mode", StringComparison.Ordinal))
        {
            IgnoreSpace = sql.Contains("IGNORE_SPACE", StringComparison.Ordinal);
        }

        return FakeServerReply.Ok(Status);
    }

    private FakeServerReply Change(string name, string value)
    {
        Variables[name] = value;
        return FakeServerReply.Ok(Status, changes: FakeServerReply.StateChange);
    }

    private FakeServerReply Insert(string sql)
    {
        _rowCount = 1;
        _lastInsertId = Server.NextInsertId();
        _warning = sql.Contains("IGNORE", StringComparison.Ordinal) ? $"ignored by {sql}" : null;
        return FakeServerReply.Ok(Status, 1, _lastInsertId, (ushort)(_warning is null ? 0 : 1));
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
        _lastInsertId = 0;
        _rowCount = 0;
        _warning = null;
        IgnoreSpace = false;
        Collation = "server_default";
        Status = ServerStatus.Autocommit;
        return Done();
    }

    private FakeServerReply Prepare(string sql)
    {
        _prepared.Add(++_lastPrepared);
        return FakeServerReply.Prepared(_lastPrepared, (ushort)sql.Count(c => c == '?'));
    }

    private FakeServerReply Run(FakeStatement statement) => _prepared.Contains(statement.StatementId())
        ? FakeServerReply.BinaryRow(Status, $"statement {statement.StatementId()}")
        : FakeServerReply.Error(1243, "Unknown prepared statement handler");

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

    [GeneratedRegex("^SET last_insert_id = ([0-9]+)")]
    private static partial Regex InsertId();

    [GeneratedRegex("NAMES .* COLLATE ([a-z0-9_]+)")]
    private static partial Regex Collate();
}
