using Pool.Wire.Replies;

namespace Pool.Wire.Statements;

/// <summary>
/// The session's own values of what a backend connection would answer for itself; null leaves the call as it is.
/// </summary>
/// <param name="ConnectionId">CONNECTION_ID(), @@pseudo_thread_id.</param>
/// <param name="LastInsertId">LAST_INSERT_ID(), @@last_insert_id, @@identity.</param>
/// <param name="RowCount">ROW_COUNT(); -1 after a result set.</param>
/// <param name="FoundRows">FOUND_ROWS().</param>
/// <param name="WarningCount">@@warning_count.</param>
/// <param name="ErrorCount">@@error_count.</param>
/// <param name="LastGtid">@@last_gtid.</param>
public readonly record struct SessionValues(
    uint? ConnectionId,
    ulong? LastInsertId = null,
    long? RowCount = null,
    ulong? FoundRows = null,
    ulong? WarningCount = null,
    ulong? ErrorCount = null,
    Gtid? LastGtid = null);
