using System.Text.Json.Serialization;

namespace Pool.Actors.Cluster.Membership;

/// <summary>One node of a cluster as the others see it. Immutable.</summary>
public sealed record Member
{
    /// <summary>Its name, unique in the cluster.</summary>
    public required string Name { get; init; }

    /// <summary>Which life of that name it is.</summary>
    public required Incarnation Incarnation { get; init; }

    /// <summary>Its slot: the upper bits of its sessions' ids, 1-511.</summary>
    public required int Slot { get; init; }

    /// <summary>What it does now.</summary>
    public MemberRole Role { get; init; } = MemberRole.Up;

    /// <summary>Where other nodes reach it ("10.0.0.7:6035"); names are resolved anew for each connect.</summary>
    public required string PeerAddress { get; init; }

    /// <summary>Where operators reach it, for display.</summary>
    public string? AdminAddress { get; init; }

    /// <summary>The newest version of records and messages that it speaks; see <see cref="ClusterProtocol"/>.</summary>
    public int Protocol { get; init; } = ClusterProtocol.Current;

    /// <summary>The oldest version that it reads.</summary>
    public int OldestProtocol { get; init; } = ClusterProtocol.Oldest;

    /// <summary>The release that it runs, for display.</summary>
    public string Release { get; init; } = "";

    /// <summary>When it joined, by its own clock; for display.</summary>
    public DateTimeOffset JoinedAt { get; init; }
}

/// <summary>What a member of a cluster does.</summary>
[JsonConverter(typeof(MemberRoleJson))]
public enum MemberRole
{
    /// <summary>It serves clients.</summary>
    Up,

    /// <summary>It takes no new clients, and ends its sessions as they come to rest.</summary>
    Draining,

    /// <summary>It serves nobody any more, and gives back what it holds.</summary>
    Leaving,
}
