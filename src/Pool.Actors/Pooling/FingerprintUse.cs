using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>How much a fingerprint is in use at one moment.</summary>
/// <param name="Entry">What it stands for.</param>
/// <param name="Connections">Connections that carry it.</param>
/// <param name="Waiting">Waiters in line that need it.</param>
public sealed record FingerprintUse(FingerprintEntry Entry, int Connections, int Waiting)
{
    internal static IEnumerable<FingerprintUse> Of(PoolState state)
    {
        var connections = Enumerable.Range(0, state.Slots.Used)
            .Select(state.Slots.At).OfType<PooledConnection>().CountBy(c => c.Fingerprint).ToDictionary();
        var waiting = new Dictionary<Fingerprint, int>();
        lock (state.Line.Gate)
        {
            for (var waiter = state.Line.First; waiter is not null; waiter = waiter.Next)
            {
                waiting[waiter.Needed] = waiting.GetValueOrDefault(waiter.Needed) + 1;
            }
        }

        return state.Fingerprints.Held().Select(entry => new FingerprintUse(
            entry, connections.GetValueOrDefault(entry.Fingerprint), waiting.GetValueOrDefault(entry.Fingerprint)));
    }
}
