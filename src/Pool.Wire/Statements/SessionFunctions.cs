using System.Buffers;

namespace Pool.Wire.Statements;

/// <summary>
/// Writes the session's own values over the calls that would read a backend connection's: CONNECTION_ID(), LAST_INSERT_ID(),
/// ROW_COUNT(), FOUND_ROWS(), and @@pseudo_thread_id, @@last_insert_id, @@identity, @@warning_count, @@error_count.
/// </summary>
public static class SessionFunctions
{
    /// <summary>
    /// Writes <paramref name="sql"/>, a whole text, to <paramref name="output"/> with the calls replaced by typed literals. A
    /// call that is a whole item of a select list and has no alias gets one, so that its column keeps its name; inside of a larger
    /// expression the name changes with the text. False, with nothing written, when there is nothing to replace. What CREATE and
    /// ALTER define keeps its text: it runs later, in other sessions. In a text that calls IS_USED_LOCK() the connection's id stays.
    /// Behind the first of several statements only the id is replaced, and FOUND_ROWS() as long as none before may have counted rows.
    /// </summary>
    public static bool TryRewrite(ReadOnlySpan<byte> sql, LexerMode mode, in SessionValues values, IBufferWriter<byte> output) =>
        new SessionFunctionPass(sql, mode, values, output).Run();
}
