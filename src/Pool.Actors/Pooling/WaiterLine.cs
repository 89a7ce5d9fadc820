using System.Runtime.InteropServices;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;

namespace Pool.Actors.Pooling;

/// <summary>
/// The line of waiters of one backend: fair between users, first in first out within a user.
/// <para>
/// Every wait gets a round when it joins: the one after its user's last, but not before the one being served. The line is kept
/// in order of rounds, and of arrival within a round, so that walking it is round robin over the users, and joining and
/// leaving take constant time. Everything is called under <see cref="Gate"/> unless it says otherwise; the gate is never
/// held while a session's code runs.
/// </para>
/// </summary>
internal sealed class WaiterLine(Func<int> limit, FingerprintTable fingerprints, TimeProvider time, PoolMetrics metrics)
{
    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);
    private Waiter?[] _tails = new Waiter?[16];
    private long _round = 1;
    private Waiter? _last;
    private int _count;

    /// <summary>Called, not under the gate, when somebody has left the line without a connection who had a place in a quota.</summary>
    public Action<UserQuota>? Freed { get; set; }

    /// <summary>Guards the line, the waiters in it and before it, and the pace of connects.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Waiters in line. May be read without the gate.</summary>
    public int Count => Volatile.Read(ref _count);

    public Waiter? First { get; private set; }

    /// <summary>The number of the newest wait.</summary>
    public long LastNumber { get; private set; }

    private long CurrentRound => First?.Round ?? _round;

    /// <summary>False: the line is full.</summary>
    public bool TryJoin(Waiter waiter, Fingerprint needed)
    {
        if (_count >= limit())
        {
            return false;
        }

        Arrive(waiter, needed);
        Join(waiter);
        return true;
    }

    /// <summary>The waiter's wait begins here, though it may have to wait for a place in its user's quota first.</summary>
    public void Arrive(Waiter waiter, Fingerprint needed)
    {
        waiter.Needed = needed;
        waiter.Joined = time.GetTimestamp();
        waiter.Line = this;
    }

    /// <summary>Takes in one that has arrived, however long the line is.</summary>
    public void Join(Waiter waiter)
    {
        ref var share = ref CollectionsMarshal.GetValueRefOrAddDefault(_shares, waiter.User, out _);
        share.Waiting++;
        share.LastRound = Math.Max(CurrentRound, share.LastRound + 1);

        waiter.Number = ++LastNumber;
        waiter.Round = share.LastRound;
        waiter.Pursued = false;
        waiter.Sought = false;
        Link(waiter);
        fingerprints[waiter.Needed].Waiters.Add(waiter);

        // About: how far into the line its round is.
        waiter.Ahead = _count * (waiter.Round - First!.Round + 1) / (_last!.Round - First.Round + 1);
        waiter.Turn = waiter.Number - (_count - waiter.Ahead);

        // A full fence: whoever frees something after this sees the waiter, and what was freed before it is seen by the waiter.
        Interlocked.Exchange(ref _count, _count + 1);
    }

    /// <summary>Takes a waiter out.</summary>
    public void Remove(Waiter waiter)
    {
        Unlink(waiter);
        fingerprints[waiter.Needed].Waiters.Remove(waiter);
        waiter.Line = null;
        Volatile.Write(ref _count, _count - 1);
        if (_count == 0)
        {
            _round = waiter.Round;
            _shares.Clear();
            return;
        }

        ref var share = ref CollectionsMarshal.GetValueRefOrNullRef(_shares, waiter.User);
        if (--share.Waiting == 0)
        {
            // Those of the user's waits that were given up must not count as served.
            share.LastRound = Math.Min(share.LastRound, CurrentRound);
        }
    }

    /// <summary>From any thread, without the gate: see <see cref="Waiter.Cancel"/>.</summary>
    public bool Cancel(Waiter waiter)
    {
        var cancelled = new Completions();
        UserQuota? freed;
        lock (Gate)
        {
            if (waiter.Line != this)
            {
                return false;
            }

            freed = Withdraw(waiter);
            cancelled.Add(waiter, LeaseResult.Failed(LeaseFailure.Cancelled));
        }

        cancelled.Run(time, metrics);
        if (freed is not null)
        {
            Freed?.Invoke(freed);
        }

        return true;
    }

    /// <summary>Takes out and fails every waiter in line that is concerned. Takes the gate itself.</summary>
    public void Fail(LeaseResult outcome, Func<Waiter, bool> concerns) => Fail(() => First, outcome, concerns);

    /// <summary>As the other, those who wait for a place in a quota.</summary>
    public void Fail(UserQuota quota, LeaseResult outcome, Func<Waiter, bool> concerns) => Fail(() => quota.First, outcome, concerns);

    private void Fail(Func<Waiter?> first, LeaseResult outcome, Func<Waiter, bool> concerns)
    {
        var failed = new Completions();
        HashSet<UserQuota>? freed = null;
        lock (Gate)
        {
            for (Waiter? waiter = first(), next; waiter is not null; waiter = next)
            {
                next = waiter.Next;
                if (concerns(waiter))
                {
                    if (Withdraw(waiter) is { } quota)
                    {
                        (freed ??= []).Add(quota);
                    }

                    failed.Add(waiter, outcome);
                }
            }
        }

        failed.Run(time, metrics);
        foreach (var quota in freed ?? [])
        {
            Freed?.Invoke(quota);
        }
    }

    /// <summary>Takes out one who gets no connection; the answer is the quota in which a place came free by that.</summary>
    private UserQuota? Withdraw(Waiter waiter)
    {
        if (waiter.IsParked)
        {
            waiter.Quota!.Unpark(waiter);
            waiter.Line = null;
            return null;
        }

        Remove(waiter);
        waiter.Quota?.Leave();
        return waiter.Quota;
    }

    private void Link(Waiter waiter)
    {
        MakeRoundFor(waiter.Round);
        var before = _tails[IndexOf(waiter.Round)];
        for (var round = waiter.Round - 1; before is null && First is not null && round >= First.Round; round--)
        {
            before = _tails[IndexOf(round)];
        }

        waiter.Previous = before;
        waiter.Next = before is null ? First : before.Next;
        _last = waiter.Next is null ? waiter : _last;
        waiter.Next?.Previous = waiter;
        before?.Next = waiter;
        if (before is null)
        {
            First = waiter;
        }

        _tails[IndexOf(waiter.Round)] = waiter;
    }

    private void Unlink(Waiter waiter)
    {
        ref var tail = ref _tails[IndexOf(waiter.Round)];
        if (ReferenceEquals(tail, waiter))
        {
            tail = waiter.Previous?.Round == waiter.Round ? waiter.Previous : null;
        }

        _last = waiter.Next is null ? waiter.Previous : _last;
        waiter.Next?.Previous = waiter.Previous;
        waiter.Previous?.Next = waiter.Next;
        if (ReferenceEquals(First, waiter))
        {
            First = waiter.Next;
        }

        (waiter.Previous, waiter.Next) = (null, null);
    }

    /// <summary>The tails of all rounds between the first and this one fit into the ring.</summary>
    private void MakeRoundFor(long round)
    {
        var size = _tails.Length;
        while (round - CurrentRound >= size)
        {
            size *= 2;
        }

        if (size == _tails.Length)
        {
            return;
        }

        _tails = new Waiter?[size];
        for (var waiter = First; waiter is not null; waiter = waiter.Next)
        {
            _tails[IndexOf(waiter.Round)] = waiter;
        }
    }

    private int IndexOf(long round) => (int)(round & (_tails.Length - 1));

    private record struct Share(int Waiting, long LastRound);
}
