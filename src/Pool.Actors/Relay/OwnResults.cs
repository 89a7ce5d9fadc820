using System.Buffers;
using System.Globalization;
using System.Text;
using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Relay;

/// <summary>
/// Takes into the session's care what its last statement has left on a connection, and only that knows: warnings, insert id, found rows, an
/// open transaction. Each answers false if the connection, and so what it knew, is lost.
/// </summary>
internal static class OwnResults
{
    /// <summary>Takes the last statement's warnings from the connection into the session's care.</summary>
    public static async ValueTask<bool> ReadDiagnosticsAsync(Session session, Lease lease)
    {
        if (session.Diagnostics is not null || !(lease.HasLastResult || lease.PrepareWarned))
        {
            return true;
        }

        lease.PrepareWarned = false;
        var result = await lease.Connection.QueryAsync("SHOW WARNINGS", CancellationToken.None);
        var shown = result.Succeeded ? Diagnostics.From(result, lease.Connection.Capabilities) : null;
        if (shown is not null && !lease.FoundRowsUnread
            && session.Settings.Find("max_error_count") is { } most && shown.Shown >= int.Parse(most, CultureInfo.InvariantCulture))
        {
            shown = await CountedAsync(lease, shown);
        }

        session.Diagnostics = shown is { Count: > 0 } ? shown : null;
        return result.ErrorCode >= 0;
    }

    // No more than max_error_count are shown, and all are counted. Asked for only where FOUND_ROWS(), which that sets, is known.
    private static async ValueTask<Diagnostics> CountedAsync(Lease lease, Diagnostics shown)
    {
        lease.HasFoundRows = false;
        var result = await lease.Connection.QueryAsync("SELECT @@warning_count, @@error_count LIMIT 1", CancellationToken.None);
        return result.Rows is [[{ } count, { } errors]] ? shown.Counted((int)Number(count), (int)Number(errors)) : shown;
    }

    /// <summary>
    /// Reads LAST_INSERT_ID() from a connection where it may have changed; false if that is lost. The OK packet's insert id is not
    /// always it (an explicit value, ON DUPLICATE KEY UPDATE, CALL).
    /// </summary>
    public static async ValueTask<bool> ReadInsertIdAsync(Session session, Lease lease)
    {
        if (await ReadAsync(lease.Connection, "SELECT LAST_INSERT_ID() LIMIT 1") is not { } value)
        {
            return false;
        }

        Note(session, lease, value);
        return true;
    }

    /// <summary>As the other, and leaves none behind: the next session's own is then another than what it finds.</summary>
    public static async ValueTask<bool> TakeInsertIdAsync(Session session, Lease lease)
    {
        if (await ReadAsync(lease.Connection, "SELECT LAST_INSERT_ID(), LAST_INSERT_ID(0) LIMIT 1") is not { } value)
        {
            return false;
        }

        Note(session, lease, value);
        lease.Connection.KnownInsertId = 0;
        lease.HasInsertId = session.Record.LastInsertId == 0;
        return true;
    }

    /// <summary>Takes what the last statement left into the session's care before the pool's own statements change it; false if that is lost.</summary>
    public static async ValueTask<bool> TakeAsync(Session session, Lease lease)
    {
        var taken = ((session.Pins & PinReasons.Diagnostics) == 0 || await ReadDiagnosticsAsync(session, lease))
            && (!lease.FoundRowsUnread || await ReadFoundRowsAsync(session, lease));
        lease.HasLastResult = false;
        return taken;
    }

    /// <summary>
    /// Asks whether there is a transaction after the last command, which failed; then the session keeps the connection for it. It is asked by an
    /// option that is set to what it is: the reply says the flags, and all that the error has told stays. A ping would set ROW_COUNT.
    /// </summary>
    public static async ValueTask<bool> ReadTransactionAsync(Session session, Lease lease)
    {
        var connection = lease.Connection;
        lease.TransactionUnread = false;
        var option = new ArrayBufferWriter<byte>();
        CommandPackets.MultiStatements(option, session.Settings.MultiStatements);
        var result = (await connection.RunAsync(option.WrittenMemory, ReplyShape.Acknowledgement))[0];
        if ((connection.Status & ServerStatus.InTransaction) != 0)
        {
            session.Pin(session.Pins | PinReasons.Transaction);
        }
        else if ((session.Pins & PinReasons.Transaction) != 0)
        {
            session.Pin(session.Pins & ~(PinReasons.Transaction | PinReasons.NextTransaction));
        }

        return result.Succeeded;
    }

    /// <summary>Asks which of the locks that the session has tried for it holds: whoever waited in vain need not keep the connection.</summary>
    public static async ValueTask<bool> ReadLocksAsync(Session session, Lease lease)
    {
        var (objects, names) = (session.Objects!, session.Objects!.TriedLocks);
        if (!await TakeAsync(session, lease))
        {
            return false;
        }

        var held = names.Select(n => $"IS_USED_LOCK(_utf8mb4 x'{Convert.ToHexString(Encoding.UTF8.GetBytes(n))}') <=> CONNECTION_ID()");
        var result = await lease.Connection.QueryAsync($"SELECT CONCAT({string.Join(", ", held)}) LIMIT 1", CancellationToken.None);
        var answers = result.Rows is [[{ } text, ..]] ? Plain(text) : "";
        session.Pin(objects.NoteLocks(names.Where((_, i) => answers.Length == names.Count && answers[i] == '0').ToList(), session.Pins));
        return result.ErrorCode >= 0;
    }

    /// <summary>Takes the number of found rows into the session's care.</summary>
    public static async ValueTask<bool> ReadFoundRowsAsync(Session session, Lease lease)
    {
        var value = await ReadAsync(lease.Connection, "SELECT FOUND_ROWS() LIMIT 1");
        session.Record.FoundRows = value ?? session.Record.FoundRows;
        lease.FoundRowsUnread = lease.HasFoundRows = false;
        return value is not null;
    }

    // What it said before was not the session's: the statement left it as it was.
    private static void Note(Session session, Lease lease, ulong insertId)
    {
        if (lease.HasInsertId || insertId != lease.Connection.KnownInsertId)
        {
            session.Record.LastInsertId = insertId;
            lease.HasInsertId = true;
        }

        lease.Connection.KnownInsertId = insertId;
        lease.InsertIdUnread = false;
    }

    private static async ValueTask<ulong?> ReadAsync(BackendConnection connection, string sql)
    {
        var result = await connection.QueryAsync(sql, CancellationToken.None);

        return result.Rows is [[{ } text, ..]] ? Number(text) : null;
    }

    private static ulong Number(string digits) => ulong.Parse(Plain(digits), CultureInfo.InvariantCulture);

    // Digits come in the session's character set: in UCS-2 and its like with zeros between them.
    private static string Plain(string digits) => digits.Replace("\0", "", StringComparison.Ordinal);
}
