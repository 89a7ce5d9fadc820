using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>
/// Without autocommit MySQL locks the definition of each table that a statement names until COMMIT or ROLLBACK, also where that begins no
/// transaction: the table is not InnoDB's, or the statement failed first. The session's COMMIT may be for another connection, so
/// one that is given back is freed before: else an ALTER TABLE, and all behind it, could wait for a connection that nobody uses.
/// </summary>
internal static class KeptTables
{
    /// <summary>Takes note of the end of the command in hand.</summary>
    public static void Note(Session session, Lease lease, in ReplySummary summary)
    {
        var mayKeep = (summary.Status & (ServerStatus.Autocommit | ServerStatus.InTransaction)) == 0
            && session.Origin.Backend.Facts!.Flavour == ServerFlavour.MySql;
        lease.KeepsTables = mayKeep && (summary.ErrorCode == 0
            ? !Frees(lease.Facts.Kind) && (lease.KeepsTables || Uses(lease))
            : lease.KeepsTables || CommandPlans.Runs(lease.Command));
    }

    /// <summary>Frees them; false if the connection is lost.</summary>
    public static async ValueTask<bool> FreeAsync(Lease lease)
    {
        lease.KeepsTables = false;

        // Whatever completion_type says.
        return (await lease.Connection.QueryAsync("COMMIT AND NO CHAIN NO RELEASE", CancellationToken.None)).Succeeded;
    }

    private static bool Uses(Lease lease) => CommandPlans.Runs(lease.Command) && !lease.Facts.UsesNoTable;

    private static bool Frees(StatementKind kind) => kind is StatementKind.Commit or StatementKind.Rollback;
}
