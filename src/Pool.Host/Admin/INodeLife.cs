using Pool.Actors.Cluster.Membership;

namespace Pool.Host.Admin;

/// <summary>What operators can have a node do with itself. Thread-safe.</summary>
public interface INodeLife
{
    /// <summary>What it does now.</summary>
    MemberRole Role { get; }

    /// <summary>One line on whether new clients should be sent here, as /readyz has it.</summary>
    string Readiness { get; }

    /// <summary>Takes no new clients, and ends sessions as they come to rest; the process goes on. Null, or why that cannot be.</summary>
    string? Drain();

    /// <summary>Takes clients again. Null, or why that cannot be.</summary>
    string? Resume();

    /// <summary>Drains, leaves its cluster and ends the process; what does not end by itself is cut off at the configured deadline.</summary>
    void Leave();
}
