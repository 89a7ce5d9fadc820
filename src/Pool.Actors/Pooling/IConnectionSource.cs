namespace Pool.Actors.Pooling;

/// <summary>The other nodes, as a pool sees them that has nothing left. Thread-safe.</summary>
internal interface IConnectionSource
{
    /// <summary>True if somebody could be asked now. Cheap, and free of locks.</summary>
    bool HasSomebody { get; }

    /// <summary>Finds somebody to ask; null if nobody can be asked now. Called under the line's gate: does nothing slow.</summary>
    IConnectionLender? TryReserve();
}

/// <summary>One node's ear, for one question.</summary>
internal interface IConnectionLender
{
    /// <summary>
    /// Asks for a connection. What comes of it is told to the pool once, by <see cref="Borrowings.Arrived"/> or
    /// <see cref="Borrowings.Failed"/>, perhaps before this returns. Never blocks or throws.
    /// </summary>
    void Ask(Search search);
}
