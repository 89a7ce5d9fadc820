namespace Pool.Actors.Backends;

/// <summary>The node that has lent a connection. Its members are called by whoever has the connection, but <see cref="MayServeMore"/> is for any thread.</summary>
public interface IConnectionHome
{
    /// <summary>False: the loan has lasted long enough, and ends with the statement, transaction or pin in hand.</summary>
    bool MayServeMore { get; }

    /// <summary>
    /// Has the node that lent it interrupt the statement that runs on it: true when that is done, as at <see cref="Backend.KillQueryAsync(PooledConnection)"/>. Any
    /// thread. The loan must not end before.
    /// </summary>
    ValueTask<bool> KillQueryAsync(ulong threadId, CancellationToken cancel);

    /// <summary>Ends the loan. Called once; the connection must not be touched any more. Never blocks or throws.</summary>
    void TakeBack(PooledConnection connection, LoanEnd end);
}

/// <summary>In what state a connection goes back to the node that lent it.</summary>
public enum LoanEnd
{
    /// <summary>It carries what its fingerprint says, and nothing else.</summary>
    Clean,

    /// <summary>State was left on it: it is to be reset.</summary>
    Dirty,

    /// <summary>It is broken, or nobody knows what happens on it: it is to be closed.</summary>
    Broken,
}
