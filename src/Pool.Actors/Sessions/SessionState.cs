namespace Pool.Actors.Sessions;

/// <summary>
/// Who may touch a session now. Changed by compare-and-swap only, so that a janitor or a killer and the session's own flow never
/// act at once.
/// </summary>
internal enum SessionState
{
    /// <summary>Its own flow runs.</summary>
    Busy,

    /// <summary>It waits for its client; others may act on it by moving it to <see cref="Settling"/> or <see cref="Ended"/>.</summary>
    Idle,

    /// <summary>Its connection is being given back, which takes a round trip; its own flow waits for that, as a task.</summary>
    Settling,

    /// <summary>It is to end; its own flow cleans up.</summary>
    Ended,
}
