using System.Text;
using Pool.Actors.Sessions;
using Pool.Actors.Telemetry;
using Pool.Wire.Commands;
using Pool.Wire.Statements;

namespace Pool.Actors.Cluster.Sessions;

/// <summary>The sessions of this node: all there are, where it is alone.</summary>
public sealed class LocalSessions(SessionTable sessions, SessionMetrics metrics, TimeProvider time) : ISessionDirectory
{
    /// <inheritdoc/>
    public async ValueTask<KillResult> KillAsync(SessionKill kill, CancellationToken cancel)
    {
        if (sessions.Find(kill.Session) is not { } victim)
        {
            return new KillResult(KillOutcome.NoSuchSession);
        }

        if (victim.Origin.User != kill.User && !kill.CanKillOthers)
        {
            return new KillResult(KillOutcome.NotOwner);
        }

        metrics.Kills[kill.Scope.ToString()].Increment();
        await victim.KillAsync(kill.Scope);
        return new KillResult(KillOutcome.Done);
    }

    /// <inheritdoc/>
    public ValueTask<ProcessList> ListAsync(string? user, CancellationToken cancel) => ValueTask.FromResult(new ProcessList(
        [.. sessions.All().Where(s => user is null || s.Origin.User == user).Select(RowOf).OrderBy(r => r.Id)], []));

    // Nothing of it needs to be of one moment: the session may go on meanwhile.
    private ProcessRow RowOf(Session session)
    {
        var (isBusy, holds) = (session.IsBusy, session.HoldsLease);
        var state = isBusy ? holds ? "executing" : "waiting for a connection"
            : (session.Pins & PinReasons.Transaction) != 0 ? "in transaction"
            : holds ? "pinned" : "";
        return new ProcessRow(
            session.Id.Value,
            session.Origin.User,
            session.Peer,
            session.Database,
            isBusy ? CommandOf(session) : "Sleep",
            (long)time.GetElapsedTime(session.LastActiveAt).TotalSeconds,
            state,
            isBusy && session.StatementKind is { } kind ? Spelled(kind) : null);
    }

    private static string CommandOf(Session session) => session.Lease?.Command switch
    {
        CommandCode.StmtPrepare => "Prepare",
        CommandCode.StmtExecute => "Execute",
        CommandCode.StmtFetch => "Fetch",
        _ => "Query",
    };

    // LockTables: LOCK TABLES.
    private static string? Spelled(string kind)
    {
        if (kind is nameof(StatementKind.Unknown) or nameof(StatementKind.Empty) or nameof(StatementKind.Multi))
        {
            return null;
        }

        var spelled = new StringBuilder();
        foreach (var letter in kind)
        {
            spelled.Append(char.IsUpper(letter) && spelled.Length > 0 ? " " : "").Append(char.ToUpperInvariant(letter));
        }

        return spelled.ToString();
    }
}
