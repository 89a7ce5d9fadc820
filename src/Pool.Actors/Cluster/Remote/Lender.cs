using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// What this node knows of another as a lender of connections to one backend: how many it said to have, less those that it was asked for
/// since; and until when it is left alone after it had none. Thread-safe.
/// </summary>
internal sealed class Lender(PeerLink link, TimeProvider time)
{
    // Until a node has said how many it has. Its first answer tells.
    private const int Unknown = 4;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private TimeSpan _pause;
    private long _restsUntil;
    private int _spare = Unknown;

    /// <summary>The pipes to it.</summary>
    public PeerLink Link => link;

    /// <summary>How many connections it may have to lend; 0 while it is not to be asked.</summary>
    public int Spare =>
        link.Member.Role == MemberRole.Up && link.HasRoom && time.GetTimestamp() >= Volatile.Read(ref _restsUntil) ? Volatile.Read(ref _spare) : 0;

    /// <summary>A pipe to ask it on; null if all are in use by now.</summary>
    public BorrowPipe? TryTake()
    {
        if (link.TryTake() is not { } pipe)
        {
            return null;
        }

        Interlocked.Decrement(ref _spare);
        return pipe;
    }

    /// <summary>It has lent one, and said how many more it has.</summary>
    public void Granted(int spare)
    {
        lock (_gate)
        {
            _pause = TimeSpan.Zero;
            Volatile.Write(ref _spare, spare);
            if (spare == 0)
            {
                Rest(s_firstPause);
            }
        }
    }

    /// <summary>It has one of those again that it has lent: worth a question, whatever it said last.</summary>
    public void Returned()
    {
        Interlocked.Increment(ref _spare);
        Volatile.Write(ref _restsUntil, 0);
    }

    /// <summary>It has lent nothing.</summary>
    public void Refused(LoanRefusal refusal)
    {
        lock (_gate)
        {
            var longer = _pause * 2;
            Rest(refusal != LoanRefusal.Busy ? s_pauseAfterFailure
                : longer < s_firstPause ? s_firstPause
                : longer > s_longestPause ? s_longestPause
                : longer);
        }
    }

    // Afterwards one question tells. Under the gate.
    private void Rest(TimeSpan pause)
    {
        _pause = pause;
        Volatile.Write(ref _spare, 1);
        Volatile.Write(ref _restsUntil, time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency));
    }
}
