using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;

namespace Pool.Actors.Cluster.Remote;

/// <summary>The pipes to one life of another node, on which this one borrows. Thread-safe.</summary>
internal sealed class PeerLink(Member member, IPeerNetwork network, int maxPipes, TimeProvider time)
{
    private Member _member = member;
    private readonly Lock _gate = new();
    private readonly Stack<BorrowPipe> _free = new();
    private readonly HashSet<BorrowPipe> _pipes = [];
    private int _busy;
    private bool _isClosed;

    /// <summary>The other node as it was seen last.</summary>
    public Member Member
    {
        get => Volatile.Read(ref _member);
        set => Volatile.Write(ref _member, value);
    }

    /// <summary>True if a pipe is free, or one more may be opened.</summary>
    public bool HasRoom => !Volatile.Read(ref _isClosed) && Volatile.Read(ref _busy) < maxPipes;

    /// <summary>Asks the other node; see <see cref="IPeerNetwork.AskAsync"/>.</summary>
    public ValueTask<PeerAnswer> AskAsync(PeerQuestion question, CancellationToken cancel) => network.AskAsync(Member, question, cancel);

    /// <summary>A pipe for one loan, which may have to be opened; null if all are in use.</summary>
    public BorrowPipe? TryTake()
    {
        lock (_gate)
        {
            if (_isClosed || _busy >= maxPipes)
            {
                return null;
            }

            if (!_free.TryPop(out var pipe))
            {
                pipe = new BorrowPipe(Member, network, time);
                _pipes.Add(pipe);
            }

            Volatile.Write(ref _busy, _busy + 1);
            return pipe;
        }
    }

    /// <summary>A loan is over; its pipe may serve another, unless it has ended.</summary>
    public void Give(BorrowPipe pipe)
    {
        lock (_gate)
        {
            Volatile.Write(ref _busy, _busy - 1);
            if (pipe.HasEnded)
            {
                _pipes.Remove(pipe);
            }
            else
            {
                _free.Push(pipe);
            }
        }
    }

    /// <summary>Ends the pipes whose question is not answered.</summary>
    public void CheckOverdue()
    {
        var now = time.GetTimestamp();
        foreach (var pipe in Pipes())
        {
            pipe.CheckOverdue(now);
        }
    }

    /// <summary>Ends all pipes: the node is gone, or this one goes.</summary>
    public void Close()
    {
        lock (_gate)
        {
            Volatile.Write(ref _isClosed, true);
        }

        foreach (var pipe in Pipes())
        {
            pipe.Abort();
        }
    }

    private BorrowPipe[] Pipes()
    {
        lock (_gate)
        {
            return [.. _pipes];
        }
    }
}
