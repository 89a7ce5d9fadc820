using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>
/// What the session's last statements left that the session may ask for later, on whichever connection it then runs. Kept from
/// the reply stream. A mutable value.
/// </summary>
internal struct SessionRecord
{
    /// <summary>LAST_INSERT_ID().</summary>
    public ulong LastInsertId { get; set; }

    /// <summary>ROW_COUNT().</summary>
    public long RowCount { get; private set; }

    /// <summary>FOUND_ROWS().</summary>
    public ulong FoundRows { get; set; }

    /// <summary>@@last_gtid: the session's last transaction in MariaDB's binary log.</summary>
    public Gtid LastGtid { get; set; }

    /// <summary>Takes note of a reply; for its found rows see <see cref="Relay.FoundRows"/>.</summary>
    public void Note(in ReplySummary summary) =>
        RowCount = summary.ErrorCode != 0 || summary.IsResultSet ? -1 : (long)summary.AffectedRows;

    /// <summary>Takes note of a command without rows that the session answered itself, as the server counts it: 0 after an OK, -1 after an EOF.</summary>
    public void NoteLocal(long rowCount) => RowCount = rowCount;

    /// <summary>Takes note that diagnostics were shown: they count as rows, and FOUND_ROWS() stays.</summary>
    public void NoteDiagnosticsShown() => RowCount = -1;

    /// <summary>Takes note of what a remembered answer stands for; null: an OK without rows.</summary>
    public void NoteRemembered(ulong? rows)
    {
        RowCount = rows is null ? 0 : -1;
        FoundRows = rows ?? FoundRows;
    }

    /// <summary>What replaces the session functions in a statement that runs where the last one did not.</summary>
    public readonly SessionValues Values(uint connectionId, Diagnostics? diagnostics) => new(
        connectionId, RowCount: RowCount, FoundRows: FoundRows, WarningCount: (ulong)(diagnostics?.Count ?? 0), ErrorCount: (ulong)(diagnostics?.Errors ?? 0),
        LastGtid: LastGtid);
}
