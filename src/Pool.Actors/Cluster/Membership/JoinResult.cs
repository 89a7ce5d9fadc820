namespace Pool.Actors.Cluster.Membership;

/// <summary>How an attempt to join ended.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Problem">Why it did not, for operators; null if it did.</param>
public sealed record JoinResult(JoinOutcome Outcome, string? Problem);

/// <summary>How an attempt to join ended.</summary>
public enum JoinOutcome
{
    /// <summary>The node is a member.</summary>
    Joined,

    /// <summary>Not now: the store could not be reached, or the name is that of a member that may be this node's own last life. Worth another try.</summary>
    NotYet,

    /// <summary>This node does not fit into the cluster.</summary>
    Refused,
}
