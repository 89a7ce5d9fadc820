using System.ComponentModel.DataAnnotations;
using Pool.Actors.Runtime;

namespace Pool.Host.Configuration;

/// <summary>This process within its cluster.</summary>
public sealed record NodeConfig
{
    /// <summary>What logs, metrics and the self-signed certificate call this node. The default suits a single node.</summary>
    public string Name { get; init; } = "pool-1";

    /// <summary>The upper bits of the ids of its sessions: different for every node of a cluster. The default suits a single node.</summary>
    [Range(1, SessionId.MaxSlot)]
    public int Slot { get; init; } = 1;
}
