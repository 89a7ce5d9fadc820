namespace Pool.Actors.Pooling;

/// <summary>
/// What a pool holds at one moment. The parts are counted one after the other, so that they add up exactly only while nothing
/// moves.
/// </summary>
/// <param name="Max">The share, control connections included.</param>
/// <param name="Active">Places taken, control connections not included.</param>
/// <param name="Idle">Open and unused.</param>
/// <param name="Leased">Owned by a session, or being reset after one.</param>
/// <param name="Connecting">Connects under way.</param>
/// <param name="Closing">Given up, and not yet seen to have ended at the server.</param>
/// <param name="Control">Open control connections.</param>
/// <param name="Waiting">Waiters in line.</param>
/// <param name="LongestWait">How long the longest of them has waited.</param>
public sealed record PoolSnapshot(
    int Max, int Active, int Idle, int Leased, int Connecting, int Closing, int Control, int Waiting, TimeSpan LongestWait)
{
    /// <summary>Connections of other nodes that are used here, or kept for a moment; no part of <see cref="Active"/>.</summary>
    public int Borrowed { get; init; }

    /// <summary>Those among <see cref="Leased"/> that other nodes use.</summary>
    public int Lent { get; init; }

    /// <summary>The last connect failed, and more places would not have helped: it was not for a full server.</summary>
    public bool ConnectsInVain { get; init; }

    /// <summary>The law of conservation; holds whenever the pool is at rest.</summary>
    public bool IsConserved => Active == Idle + Leased + Connecting + Closing;

    internal static PoolSnapshot Of(PoolState state, int control)
    {
        var (waiting, longest) = (0, TimeSpan.Zero);
        lock (state.Line.Gate)
        {
            for (var waiter = state.Line.First; waiter is not null; waiter = waiter.Next)
            {
                waiting++;
                var waited = state.Clock.Exact.GetElapsedTime(waiter.Joined);
                longest = waited > longest ? waited : longest;
            }
        }

        return new PoolSnapshot(
            state.Max,
            state.Admission.Active,
            state.Slots.Count(SlotState.Idle),
            state.Slots.Count(SlotState.Leased),
            state.Slots.Count(SlotState.Connecting),
            state.Slots.Count(SlotState.Closing),
            control,
            waiting,
            longest);
    }
}
