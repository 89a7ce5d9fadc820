namespace Pool.Actors.Cluster.Remote;

/// <summary>Why a node lends nothing.</summary>
internal enum LoanRefusal : byte
{
    /// <summary>It has no connection that its own sessions do not need.</summary>
    Busy,

    /// <summary>It knows no such backend, or does not know the server yet.</summary>
    UnknownBackend,

    /// <summary>It knows the backend by another version or other variables: two servers behind one name, or one that was just upgraded.</summary>
    OtherServer,

    /// <summary>Asked only by the borrower of itself: the node could not be reached, or did not answer.</summary>
    Unreachable,

    /// <summary>The pipe carried what is no message.</summary>
    Malformed,

    /// <summary>The borrower has no place left for the settings that the connection carries.</summary>
    NoPlace,
}
