namespace Pool.Actors.Cluster.Peers;

/// <summary>Why two nodes do not talk. The numbers are part of the protocol.</summary>
public enum PeerFault : byte
{
    /// <summary>They do.</summary>
    None = 0,

    /// <summary>The other side has not proved that it knows the cluster's secret.</summary>
    Secret = 1,

    /// <summary>The nodes are of different clusters.</summary>
    Cluster = 2,

    /// <summary>The node that was meant is not the one that was reached, or not in this life of it.</summary>
    Addressee = 3,

    /// <summary>The node that connects is no member of the cluster as the other knows it, or not in this life of it.</summary>
    UnknownNode = 4,

    /// <summary>The releases are too far apart.</summary>
    Protocol = 5,

    /// <summary>Nothing serves what the connection is for.</summary>
    Purpose = 6,

    /// <summary>The node has as many connections, or strangers at its door, as it takes.</summary>
    Busy = 7,

    /// <summary>What came is no handshake.</summary>
    Malformed = 8,

    /// <summary>The handshake took too long.</summary>
    TimedOut = 9,

    /// <summary>The encryption could not be agreed on.</summary>
    Encryption = 10,

    /// <summary>The node cannot be reached.</summary>
    Unreachable = 11,

    /// <summary>The connection was lost, or no answer came in time.</summary>
    Lost = 12,
}
