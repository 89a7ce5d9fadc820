using Pool.Actors.Pooling;

namespace Pool.Host.Admin.Views;

/// <summary>The pool of one backend on one node.</summary>
/// <param name="Backend">The backend's name.</param>
/// <param name="Mode">What operators let it do: serving, paused or drained.</param>
/// <param name="Max">The share: the most connections that it may have, reserved ones included.</param>
/// <param name="Idle">Open and unused.</param>
/// <param name="Leased">In use by sessions, or being reset after one.</param>
/// <param name="Borrowed">Connections of other nodes that sessions use here; not among the leased.</param>
/// <param name="Lent">Leased ones that sessions of other nodes use.</param>
/// <param name="Connecting">Being opened.</param>
/// <param name="Closing">Given up, and not yet seen to have ended at the server.</param>
/// <param name="Control">Reserved ones that are open.</param>
/// <param name="Waiting">Statements in line.</param>
/// <param name="LongestWaitSeconds">How long the first of them has waited.</param>
/// <param name="Pinned">Sessions that hold a connection for another reason than a transaction.</param>
/// <param name="Leases">Leases granted since the start.</param>
/// <param name="Repaints">How many of them had to be brought to other settings.</param>
public sealed record PoolStatus(
    string Backend, PoolMode Mode, int Max, int Idle, int Leased, int Borrowed, int Lent, int Connecting, int Closing, int Control, int Waiting, double LongestWaitSeconds,
    int Pinned, long Leases, long Repaints)
{
    /// <summary>What an operator has limited the share to; null if nobody has, or there are no shares.</summary>
    public int? Limit { get; init; }

    /// <summary>The users that have a cap.</summary>
    public IReadOnlyList<UserStatus> Users { get; init; } = [];
}
