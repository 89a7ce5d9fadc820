namespace Pool.Live.Tests.Cluster.FaultList;

/// <summary>What can happen to a cluster.</summary>
public enum Fault
{
    /// <summary>A node is killed while its clients' long queries run.</summary>
    NodeKilled,

    /// <summary>A node stands still for longer than the lease, and goes on.</summary>
    NodeStopped,

    /// <summary>A node cannot reach etcd.</summary>
    NodeCutFromEtcd,

    /// <summary>A node and the other nodes cannot reach each other.</summary>
    NodeCutFromPeers,

    /// <summary>A node cannot reach the server, and nobody tells it.</summary>
    NodeCutFromServer,

    /// <summary>A node is refused by the server's machine.</summary>
    NodeRefusedByServer,

    /// <summary>A node can reach nobody but its clients.</summary>
    NodeCutOff,

    /// <summary>A node's wall clock jumps ahead, and back again.</summary>
    ClockJumped,

    /// <summary>All between a node and the others takes long.</summary>
    PeersSlow,

    /// <summary>The member that leads etcd is killed.</summary>
    EtcdLeaderKilled,

    /// <summary>All of etcd is killed, and comes back after the lease time.</summary>
    EtcdDown,

    /// <summary>All of etcd is killed, and comes back without its data.</summary>
    EtcdDataLost,

    /// <summary>The server is killed and started again.</summary>
    ServerRestarted,

    /// <summary>The server has as many connections as it can.</summary>
    ServerFull,
}
