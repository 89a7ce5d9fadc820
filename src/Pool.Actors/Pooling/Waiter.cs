using System.Threading.Tasks.Sources;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// A session's place in line. The session owns one and uses it again and again, one wait at a time, so that waiting allocates
/// nothing. <see cref="Cancel"/> may be called from any thread; all else belongs to the pool.
/// </summary>
/// <param name="user">The client user in whose name it waits: users share a line fairly.</param>
/// <param name="quota">What the user may hold; null for one who has no cap.</param>
public sealed class Waiter(string user, UserQuota? quota = null) : IValueTaskSource<LeaseResult>, IThreadPoolWorkItem
{
    private const int InlineDepth = 4;

    [ThreadStatic]
    private static int t_depth;

    private ManualResetValueTaskSourceCore<LeaseResult> _source;
    private WaiterLine? _line;

    /// <summary>The client user.</summary>
    public string User { get; } = user;

    /// <summary>What the user may hold; in line it has a place there.</summary>
    internal UserQuota? Quota { get; } = quota;

    /// <summary>It waits for a place in <see cref="Quota"/>, and does not stand in line yet. Written under the line's gate only.</summary>
    internal bool IsParked { get; set; }

    /// <summary>The line it stands in, or null. Written under that line's gate only: this is what "in line" means.</summary>
    internal WaiterLine? Line
    {
        get => Volatile.Read(ref _line);
        set => Volatile.Write(ref _line, value);
    }

    /// <summary>The next in line; once out of line, the next to be completed.</summary>
    internal Waiter? Next { get; set; }

    internal Waiter? Previous { get; set; }

    /// <summary>The next in line that needs the same.</summary>
    internal Waiter? NextAlike { get; set; }

    internal Waiter? PreviousAlike { get; set; }

    /// <summary>The fair round it is served in; see <see cref="WaiterLine"/>.</summary>
    internal long Round { get; set; }

    /// <summary>About how many were in line before it when it joined.</summary>
    internal long Ahead { get; set; }

    /// <summary>Its place among all waits there ever were: its number, less those in line that it was let in before.</summary>
    internal long Turn { get; set; }

    /// <summary>The number of this wait in its line; grows with every join.</summary>
    internal long Number { get; set; }

    /// <summary>The exact timestamp at which it joined.</summary>
    internal long Joined { get; set; }

    internal Fingerprint Needed { get; set; }

    /// <summary>A place is being freed, or a connection opened, in its name.</summary>
    internal bool Pursued { get; set; }

    /// <summary>Another node is being asked in its name.</summary>
    internal bool Sought { get; set; }

    /// <summary>What the wait came to; set by whoever took it out of line.</summary>
    internal LeaseResult Outcome { get; set; }

    /// <summary>
    /// Ends the wait with <see cref="LeaseFailure.Cancelled"/>. False if there is none: it was granted or failed already, or has
    /// not begun, so a session that can be killed looks at its own flag again after it called
    /// <see cref="BackendPool.LeaseAsync"/> and before it awaits.
    /// </summary>
    public bool Cancel() => Line?.Cancel(this) ?? false;

    /// <inheritdoc/>
    LeaseResult IValueTaskSource<LeaseResult>.GetResult(short token) => _source.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<LeaseResult>.GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<LeaseResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => _source.SetResult(Outcome);

    /// <summary>Arms a new wait, before it joins a line.</summary>
    internal ValueTask<LeaseResult> Arm()
    {
        _source.Reset();
        return new ValueTask<LeaseResult>(this, _source.Version);
    }

    /// <summary>
    /// Completes the wait; never under a gate. The session's continuation runs right here when <paramref name="inline"/>: the
    /// bytes it needs are warm in this core's cache, and the thread pool's queue would cost more than the whole lease. But a
    /// session that goes on may return its connection at once and so complete the next waiter, on top of the stack of this
    /// one: after <see cref="InlineDepth"/> of those the thread pool gets it, or a long line would overflow the stack.
    /// </summary>
    internal void Complete(bool inline)
    {
        if (!inline || t_depth >= InlineDepth)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }

        t_depth++;
        try
        {
            _source.SetResult(Outcome);
        }
        finally
        {
            t_depth--;
        }
    }
}
