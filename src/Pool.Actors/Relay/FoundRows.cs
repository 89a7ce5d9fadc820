using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>
/// What FOUND_ROWS() is after a statement. Only statements that select set it for certain; after the others a connection still says what
/// it said before, which may be another session's.
/// </summary>
internal static class FoundRows
{
    /// <summary>Takes note of the end of the command in hand.</summary>
    public static void Note(Session session, Lease lease, in ReplySummary summary)
    {
        var (kind, calculates) = (lease.Facts.Kind, (lease.Facts.Traits & StatementTraits.CalcFoundRows) != 0);
        var isMySql = session.Origin.Backend.Facts!.Flavour == ServerFlavour.MySql;

        // MariaDB leaves FOUND_ROWS() alone where a condition that cannot be true meets COUNT(*) or its like, whose one row comes all the same.
        var isCertain = isMySql || calculates || (summary.HadResultSet && summary.Rows != 1);
        if (summary.ErrorCode != 0)
        {
            if (summary.HadResultSet && MaySelect(kind))
            {
                // Of the statements before the one that failed.
                Take(session, lease, summary.Rows, isCertain, isUnread: true);
            }
        }
        else if (kind is StatementKind.Select or StatementKind.Table || (isMySql && kind is StatementKind.Values or StatementKind.Do))
        {
            // With INTO, the rows that were taken, which an OK for the comment behind the statement hides. A cursor's are counted before they
            // come. MySQL selects one row for DO.
            var rows = summary.HadResultSet ? summary.Rows : kind == StatementKind.Do ? 1 : summary.AffectedRows;
            var isHidden = (lease.OpensCursor && (summary.Status & ServerStatus.CursorExists) != 0) || (!summary.HadResultSet && lease.Facts.Results.Statements > 1);
            Take(session, lease, rows, isCertain, isUnread: calculates || isHidden);
        }
        else if (summary.HadResultSet && MaySelect(kind) && (summary.Status & ServerStatus.OutParameters) == 0)
        {
            // What comes after the rows may have selected too. Not worth a question after every procedure that shows what it has found.
            var mayBeMore = !summary.IsResultSet && kind != StatementKind.Call;
            Take(session, lease, summary.Rows, isCertain, isUnread: calculates || mayBeMore);
        }
        else if (kind is StatementKind.Show or StatementKind.Explain)
        {
            // Some of them select, others do not.
            session.Record.FoundRows = ShowsDiagnostics(session, lease) ? session.Record.FoundRows : summary.Rows;
        }
        else if (calculates && kind is StatementKind.Insert or StatementKind.Replace)
        {
            lease.HasFoundRows = lease.FoundRowsUnread = true;
        }
        else
        {
            // A procedure that selects into variables, perhaps.
            lease.FoundRowsUnread |= calculates && lease.HasFoundRows;
        }
    }

    // Where it is not certain that the server has counted, the connection tells the session's number only if it did before.
    private static void Take(Session session, Lease lease, ulong rows, bool isCertain, bool isUnread)
    {
        session.Record.FoundRows = rows;
        lease.HasFoundRows |= isCertain;
        lease.FoundRowsUnread = isUnread && lease.HasFoundRows;
    }

    private static bool ShowsDiagnostics(Session session, Lease lease) =>
        (lease.Facts.Traits & StatementTraits.ReadsDiagnostics) != 0
        && DiagnosticsStatement.TryParse(Text(session, lease), CommandStart.Mode(session), out var request) && !request.CountOnly;

    private static ReadOnlySpan<byte> Text(Session session, Lease lease) =>
        lease.Statement is { } statement ? (statement.Text is { } prepared ? prepared.Text : [])
        : session.Outgoing.Length > PacketHeader.Size ? session.Outgoing.Span[(PacketHeader.Size + 1)..] : [];

    // Several statements, stored code, or what is not known: it does if rows come.
    private static bool MaySelect(StatementKind kind) => kind is StatementKind.Multi or StatementKind.Call or StatementKind.Execute
        or StatementKind.Set or StatementKind.Unknown or StatementKind.Empty;
}
