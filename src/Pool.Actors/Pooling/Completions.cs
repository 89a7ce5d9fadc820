using Pool.Actors.Telemetry;

namespace Pool.Actors.Pooling;

/// <summary>
/// Waiters taken out of line under its gate, to be completed after it was left. Chained through the waiters themselves, which
/// are nobody else's until they are completed: no allocation.
/// </summary>
internal struct Completions
{
    private Waiter? _first;
    private Waiter? _last;

    /// <summary>Adds a waiter that has left the line; <see cref="Waiter.Outcome"/> is set.</summary>
    public void Add(Waiter waiter, LeaseResult outcome)
    {
        waiter.Outcome = outcome;
        waiter.Next = null;
        if (_last is null)
        {
            _first = waiter;
        }
        else
        {
            _last.Next = waiter;
        }

        _last = waiter;
    }

    /// <summary>
    /// Completes them; only the first may run on this stack, after the others were sent on their way, or one releaser would run
    /// everybody's statements. <paramref name="joining"/> has only just joined, and so has not waited.
    /// </summary>
    public readonly void Run(TimeProvider time, PoolMetrics metrics, Waiter? joining = null)
    {
        for (var waiter = _first?.Next; waiter is not null;)
        {
            // A completed waiter is its session's again, and may be in line anew: the chain is read before.
            var next = waiter.Next;
            Complete(waiter, inline: false, time, metrics, joining);
            waiter = next;
        }

        if (_first is not null)
        {
            Complete(_first, inline: true, time, metrics, joining);
        }
    }

    private static void Complete(Waiter waiter, bool inline, TimeProvider time, PoolMetrics metrics, Waiter? joining)
    {
        if (!ReferenceEquals(waiter, joining))
        {
            metrics.WaitSeconds.Record(time.GetElapsedTime(waiter.Joined));
        }

        if (waiter.Outcome.Failure != LeaseFailure.None)
        {
            metrics.WaitsFailed[waiter.Outcome.Failure.ToString()].Increment();
        }

        waiter.Complete(inline);
    }
}
