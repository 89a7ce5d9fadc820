namespace Pool.Actors.Sessions;

/// <summary>
/// Whose turn it is to act on a session: its own flow's, or another's while the client is silent. A part of its session, and for any thread:
/// it changes by compare-and-swap only.
/// </summary>
internal struct SessionTurn
{
    private TaskCompletionSource? _settled;
    private int _state;

    /// <summary>Who may act now.</summary>
    public SessionState State => (SessionState)Volatile.Read(ref _state);

    /// <summary>The own flow waits for the client from now on.</summary>
    public void Rest() => Volatile.Write(ref _state, (int)SessionState.Idle);

    /// <summary>The own flow ends.</summary>
    public void End() => Volatile.Write(ref _state, (int)SessionState.Ended);

    /// <summary>Takes the turn if nobody has it. The state before: it was taken if that is idle.</summary>
    public SessionState Take(SessionState next) =>
        (SessionState)Interlocked.CompareExchange(ref _state, (int)next, (int)SessionState.Idle);

    /// <summary>Takes the turn for something that takes time; null if somebody has it. What is answered goes to <see cref="Settled"/>.</summary>
    public TaskCompletionSource? TrySettle()
    {
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _settled, settled);
        return Take(SessionState.Settling) == SessionState.Idle ? settled : null;
    }

    /// <summary>Gives back the turn.</summary>
    public void Settled(TaskCompletionSource settled)
    {
        Rest();
        settled.SetResult();
        Interlocked.CompareExchange(ref _settled, null, settled);
    }

    /// <summary>Completes when the turn has been given back, or at once: look again then.</summary>
    public Task UntilSettled => Volatile.Read(ref _settled)?.Task ?? Task.CompletedTask;
}
