using Pool.Actors.Backends;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;

namespace Pool.Actors.Cluster.Remote;

/// <summary>What this node lends of one backend. Thread-safe.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Metrics">Where loans are counted.</param>
internal sealed record LenderBackend(Backend Backend, RemoteMetrics Metrics)
{
    /// <summary>How many connections could be lent now, as a borrower is told.</summary>
    public ushort Spare => (ushort)Math.Min(Backend.Pool.Lending.Spare, ushort.MaxValue);

    /// <summary>Takes a connection of a class, with these settings or others; null if this node can spare none.</summary>
    public BackendConnection? TryTake(ConnectionClass connectionClass, SessionSettings needed, Incarnation borrower)
    {
        var fingerprint = Backend.Fingerprints.Acquire(connectionClass, needed);
        if (fingerprint == Fingerprint.None)
        {
            return null;
        }

        Backend.Pool.Lending.TryTake(fingerprint, borrower, out var connection);
        Backend.Fingerprints.LetGo(fingerprint);
        return (BackendConnection?)connection;
    }
}
