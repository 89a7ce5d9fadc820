namespace Pool.Actors.Backends;

/// <summary>
/// Whether connections to a backend may be opened now, and who has to know of them before they exist: where several nodes share a
/// cap, what one of them has opened must be found by the others after it is lost. Thread-safe.
/// </summary>
public interface IConnectGate
{
    /// <summary>True while connects may be begun.</summary>
    bool IsOpen { get; }

    /// <summary>Asks for one connect; null while none may be begun.</summary>
    IConnectPermit? TryBegin();
}

/// <summary>The right to open one connection, which keeps it. Used by the flow that opens it, and then by whoever sees it end.</summary>
public interface IConnectPermit
{
    /// <summary>What the connection names itself by at the server.</summary>
    IReadOnlyCollection<KeyValuePair<string, string>> Attributes { get; }

    /// <summary>True while the permit holds; looked at again once the connection is there, before it is used.</summary>
    bool Holds { get; }

    /// <summary>True once the permit can never hold again: from then on others count the connection, and look after its end.</summary>
    bool IsRevoked { get; }

    /// <summary>
    /// Makes the connection known, after the server has given it a number and before it is told who logs in: only from then on is it
    /// a connection of the account. False: it must not log in.
    /// </summary>
    /// <param name="threadId">The number.</param>
    /// <param name="user">The server's user who logs in.</param>
    /// <param name="cancel">The connect deadline.</param>
    ValueTask<bool> AnnounceAsync(ulong threadId, string user, CancellationToken cancel);

    /// <summary>The connect came to nothing; the server may need a moment to notice.</summary>
    void GiveUp();

    /// <summary>The server has been seen to end the connection. Its number may be another's by now.</summary>
    void Ended();
}
