namespace Pool.Actors.Cluster.Membership;

/// <summary>
/// Versions of what nodes tell each other: records in the store and messages between nodes. A release reads the versions of the release
/// before it, ignores fields that it does not know, and writes the newest version that all members speak.
/// </summary>
public static class ClusterProtocol
{
    /// <summary>What this release writes.</summary>
    public const int Current = 1;

    /// <summary>The oldest version that this release still reads.</summary>
    public const int Oldest = 1;
}
