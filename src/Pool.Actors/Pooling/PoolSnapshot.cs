namespace Pool.Actors.Pooling;

/// <summary>
/// What a pool holds at one moment. The parts are counted one after the other, so that they add up exactly only while nothing moves.
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
    /// <summary>The law of conservation; holds whenever the pool is at rest.</summary>
    public bool IsConserved => Active == Idle + Leased + Connecting + Closing;
}
