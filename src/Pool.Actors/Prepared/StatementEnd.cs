using Pool.Actors.Backends;
using Pool.Actors.Relay;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Prepared;

/// <summary>What the session and the connection learn from the end of a command about a prepared statement.</summary>
internal static class StatementEnd
{
    /// <summary>Takes note of the reply to the command in hand.</summary>
    public static void Note(Session session, Lease lease, in ReplySummary summary)
    {
        if (lease.Preparing is { } preparation)
        {
            NotePrepared(session, lease, preparation, summary);
        }
        else if (lease is { Statement: { } statement, Here: { } here })
        {
            NoteRun(session, lease, statement, here, summary);
        }
    }

    /// <summary>What of a session's statements waited on its connection may be gone: gives the connection back if nothing keeps it.</summary>
    public static async ValueTask UnpinAsync(Session session)
    {
        session.Pin(session.Prepared?.Update(session.Pins) ?? session.Pins);
        if (session.Pins == PinReasons.None && session.Lease is { } lease)
        {
            await CommandEnd.GiveBackAsync(session, lease);
        }
    }

    private static void NotePrepared(Session session, Lease lease, Preparation preparation, in ReplySummary summary)
    {
        var (connection, backend) = (lease.Connection, session.Origin.Backend);
        if ((preparation.Facts.Traits & StatementTraits.UserVariables) != 0 && (lease.Facts.Traits & StatementTraits.FollowedUserVariables) == 0)
        {
            // Those that it is to assign are not what they were, and it is not known which these are.
            connection.UserVariables.Doubt();
        }

        if (summary.ErrorCode != 0)
        {
            if (summary.ErrorCode == ServerErrorCode.TooManyStatements)
            {
                connection.Prepared?.CloseAll();
            }

            return;
        }

        var text = preparation.Text is null ? null
            : backend.Texts.Acquire(new PreparedText(preparation.Text, preparation.Key, preparation.Mode, preparation.Facts, summary.ParameterCount));
        var prepared = connection.Prepared ??= new ConnectionStatements(backend.Texts);
        backend.Metrics.StatementsEvicted.Add(prepared.Add(text, summary.StatementId, backend.StatementsPerConnection, out var here));
        session.Prepared!.Add(new SessionStatement(preparation.Id, text, preparation.Facts, summary.ParameterCount) { Last = here });
    }

    private static void NoteRun(Session session, Lease lease, SessionStatement statement, ConnectionStatement here, in ReplySummary summary)
    {
        var (prepared, failed, isSpoilt) = (session.Prepared!, summary.ErrorCode != 0, false);
        switch (lease.Command)
        {
            case CommandCode.StmtExecute or CommandCode.StmtBulkExecute:
                prepared.NoteLongData(statement, failed && statement.IsMisfed);
                prepared.NoteCursor(statement, !failed && lease.OpensCursor && HasRowsLeft(summary));
                here.HadCursor |= statement.HasCursor;
                isSpoilt = ParameterTypes.NoteEnd(statement, here, session.Origin.Backend.Facts!.Flavour == ServerFlavour.MySql, failed);
                break;
            case CommandCode.StmtFetch:
                prepared.NoteCursor(statement, !failed && (summary.Status & ServerStatus.LastRowSent) == 0);
                break;
            case CommandCode.StmtReset when !failed:
                // What those executes were to bind is not bound there.
                isSpoilt = statement.IsMisfed;
                prepared.NoteLongData(statement, false);
                prepared.NoteCursor(statement, false);
                break;
            case CommandCode.StmtSendLongData:
                prepared.NoteLongData(statement, true);
                break;
        }

        here.User = statement.HasLongData || statement.HasCursor ? statement : null;
        if (here.User is not null)
        {
            statement.Last = here;
        }
        else if (isSpoilt || (here.HadCursor && statement.Text is not null) || IsForThisOnce(session, statement, here))
        {
            lease.Connection.Prepared!.Close(here);
        }
    }

    private static bool HasRowsLeft(in ReplySummary summary) =>
        (summary.Status & ServerStatus.CursorExists) != 0 && (summary.Status & ServerStatus.LastRowSent) == 0;

    // With the session's values in its text; or, on MySQL, perhaps prepared anew by the server, which then reads the text by the present
    // sql_mode and character set.
    private static bool IsForThisOnce(Session session, SessionStatement statement, ConnectionStatement here) =>
        statement.Text is { } text
        && (!here.IsListed
            || (session.Origin.Backend.Facts!.Flavour == ServerFlavour.MySql && text.Key.ReadsDifferently(session.Carried.ParseKeyLike(text.Key))));
}
