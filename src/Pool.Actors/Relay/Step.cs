namespace Pool.Actors.Relay;

/// <summary>What a session does next with the command in hand.</summary>
internal enum Step : byte
{
    /// <summary>The command is done with; on to the next.</summary>
    Next,

    /// <summary>The session ends.</summary>
    Close,

    /// <summary>All that is missing is a connection.</summary>
    Wait,

    /// <summary>The wait for a connection came to nothing, and the error is ready to go to the client.</summary>
    Denied,

    /// <summary>The command needs more than the straight path gives: a lease to wait for, a repaint, an answer of our own.</summary>
    Prepare,

    /// <summary>The command is ready to go to the connection.</summary>
    Send,

    /// <summary>The reply is awaited.</summary>
    Reply,

    /// <summary>The reply is awaited, and its beginning may have been received.</summary>
    Scan,

    /// <summary>The server waits for the client's LOAD DATA LOCAL bytes.</summary>
    ClientData,

    /// <summary>The reply has ended.</summary>
    Finish,

    /// <summary>The reply has ended, and something must be waited for before the lease can go back.</summary>
    Settle,

    /// <summary>The connection was lost.</summary>
    Lost,

    /// <summary>The connection said what it must not.</summary>
    Malformed,

    /// <summary>The client went away in the middle of a reply.</summary>
    ClientLeft,
}
