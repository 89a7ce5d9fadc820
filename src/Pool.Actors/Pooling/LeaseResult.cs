using Pool.Actors.Backends;

namespace Pool.Actors.Pooling;

/// <summary>A lease, or why there is none.</summary>
/// <param name="Connection">
/// The connection, owned by the caller until it is returned or discarded; it may carry another fingerprint that can be
/// repainted to the needed one. Null on failure.
/// </param>
/// <param name="Failure">What went wrong.</param>
/// <param name="ConnectFailure">
/// The backend's part in it, for <see cref="LeaseFailure.ConnectFailed"/>, and for <see cref="LeaseFailure.TimedOut"/> if it has one.
/// </param>
public readonly record struct LeaseResult(PooledConnection? Connection, LeaseFailure Failure, ConnectFailure? ConnectFailure)
{
    internal static LeaseResult Of(PooledConnection connection) => new(connection, LeaseFailure.None, null);

    internal static LeaseResult Failed(LeaseFailure failure) => new(null, failure, null);

    internal static LeaseResult Failed(ConnectFailure failure) => new(null, LeaseFailure.ConnectFailed, failure);
}

/// <summary>Why there is no lease. Nothing has been executed in any of these cases.</summary>
public enum LeaseFailure
{
    /// <summary>There is one.</summary>
    None,

    /// <summary><see cref="PoolOptions.LeaseTimeout"/> passed in line.</summary>
    TimedOut,

    /// <summary><see cref="PoolOptions.LeaseTimeout"/> passed while the user held as many connections as it may.</summary>
    UserTimedOut,

    /// <summary><see cref="PoolOptions.MaxWaiters"/> were in line already.</summary>
    LineFull,

    /// <summary><see cref="Waiter.Cancel"/> was called.</summary>
    Cancelled,

    /// <summary>No connection could be opened.</summary>
    ConnectFailed,

    /// <summary>The pool is being disposed.</summary>
    ShuttingDown,
}
