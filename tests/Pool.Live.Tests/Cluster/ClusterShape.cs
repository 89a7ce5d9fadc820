using Pool.Live.Tests.Cluster.FaultList;

namespace Pool.Live.Tests.Cluster;

/// <summary>What differs between the clusters of the tests.</summary>
internal sealed record ClusterShape
{
    /// <summary>How many nodes.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>How many members etcd has.</summary>
    public int EtcdMembers { get; init; } = 1;

    /// <summary>The backend's cap.</summary>
    public int MaxConnections { get; init; } = NodeCluster.MaxConnections;

    /// <summary>After what time a node that is not heard of is lost.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a statement waits for a connection.</summary>
    public TimeSpan LeaseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether all that the nodes say to others goes through a network that can fail.</summary>
    public bool HasNetwork { get; init; }

    /// <summary>The wall clock of the last node, if it is one of its own.</summary>
    public FakeClock? Clock { get; init; }
}
