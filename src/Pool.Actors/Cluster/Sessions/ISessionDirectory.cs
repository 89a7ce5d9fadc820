using Pool.Actors.Runtime;
using Pool.Wire.Statements;

namespace Pool.Actors.Cluster.Sessions;

/// <summary>
/// The sessions of all nodes, as the sessions of one node reach them. Thread-safe. Never throws for what a network or a peer does, but for
/// <see cref="OperationCanceledException"/>.
/// </summary>
public interface ISessionDirectory
{
    /// <summary>
    /// Ends a session or the statement that it runs, wherever it is. Completes when no statement of it can be hit any more by what was done.
    /// </summary>
    ValueTask<KillResult> KillAsync(SessionKill kill, CancellationToken cancel);

    /// <summary>The sessions of a user, or of all users, in the order of their ids.</summary>
    /// <param name="user">The user; null for all.</param>
    /// <param name="cancel">Ends the wait for other nodes.</param>
    ValueTask<ProcessList> ListAsync(string? user, CancellationToken cancel);
}

/// <summary>A KILL.</summary>
/// <param name="Session">The session to end, or to interrupt.</param>
/// <param name="Scope">What of it ends.</param>
/// <param name="User">Who asks.</param>
/// <param name="CanKillOthers">May end other users' sessions.</param>
public readonly record struct SessionKill(SessionId Session, KillScope Scope, string User, bool CanKillOthers);

/// <summary>What became of a KILL.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Node">The node that would have to know, where it cannot be reached; else null.</param>
public readonly record struct KillResult(KillOutcome Outcome, string? Node = null);

/// <summary>What became of a KILL.</summary>
public enum KillOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>There is no such session.</summary>
    NoSuchSession,

    /// <summary>It is another user's.</summary>
    NotOwner,

    /// <summary>The session's node did not say: nothing is known to have been done.</summary>
    Unreachable,

    /// <summary>The session's node is no member any more, and did not leave in order: nobody knows whether it runs.</summary>
    Lost,
}
