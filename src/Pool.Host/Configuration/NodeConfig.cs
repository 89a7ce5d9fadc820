using System.ComponentModel.DataAnnotations;
using Pool.Actors.Runtime;

namespace Pool.Host.Configuration;

/// <summary>This process within its cluster.</summary>
public sealed record NodeConfig
{
    /// <summary>
    /// What logs, metrics and the self-signed certificate call this node; unique in a cluster. The default suits a single node.
    /// </summary>
    public string Name { get; init; } = "pool-1";

    /// <summary>
    /// The upper bits of the ids of its sessions, for nodes that share a database and know nothing of each other; null is 1. A node of a
    /// cluster claims a slot of its own.
    /// </summary>
    [Range(1, SessionId.MaxSlot)]
    public int? Slot { get; init; }
}
