using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>One connection of a pool as it was at one moment.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="State">What it does: connecting, idle, leased or closing.</param>
/// <param name="ThreadId">The server's id of its thread; null while it connects.</param>
/// <param name="Account">The account that it is authenticated as; null while it connects.</param>
/// <param name="Fingerprint">What an idle one carries; null for others.</param>
/// <param name="IdleFor">How long an idle one has been idle, in the pool's coarse time; null for others.</param>
/// <param name="ExpiresIn">How long it may still live; null while it connects or closes.</param>
public sealed record PooledConnectionView(
    int Slot, string State, ulong? ThreadId, string? Account, Fingerprint? Fingerprint, TimeSpan? IdleFor, TimeSpan? ExpiresIn)
{
    internal static IEnumerable<PooledConnectionView> Of(PoolState state)
    {
        var now = state.Clock.Now;
        for (var slot = 0; slot < state.Slots.Used; slot++)
        {
            // Of different moments: a slot may be another's by the time that its connection is looked at.
            var (word, connection) = (state.Slots[slot], state.Slots.At(slot));
            if (word.State != SlotState.Free)
            {
                var (isIdle, isOpen) = (word.State == SlotState.Idle, word.State is SlotState.Idle or SlotState.Leased);
                yield return new PooledConnectionView(
                    slot,
                    word.State.ToString().ToLowerInvariant(),
                    connection?.ThreadId,
                    connection?.Class.Account,
                    isIdle ? word.Fingerprint : null,
                    isIdle ? TimeSpan.FromMilliseconds(word.IdleFor(now)) : null,
                    isOpen && state.Slots.ExpiryOf(slot) is var expiry and < long.MaxValue ? TimeSpan.FromMilliseconds(Math.Max(0, expiry - now)) : null);
            }
        }
    }
}
