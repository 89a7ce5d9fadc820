using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Telemetry;

namespace Pool.Actors.Cluster.Remote;

/// <summary>The other nodes as lenders of connections to one backend. Thread-safe.</summary>
internal sealed class Lenders(Backend backend, RemoteLeaseOptions options, RemoteMetrics metrics, TimeProvider time, ILogger logger) : IConnectionSource
{
    private Lender[] _lenders = [];

    /// <summary>The backend.</summary>
    public Backend Backend => backend;

    /// <summary>The limits.</summary>
    public RemoteLeaseOptions Options => options;

    /// <summary>Where loans are counted.</summary>
    public RemoteMetrics Metrics => metrics;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Where faults are told.</summary>
    public ILogger Logger => logger;

    /// <inheritdoc/>
    public bool HasSomebody
    {
        get
        {
            foreach (var lender in Volatile.Read(ref _lenders))
            {
                if (lender.Spare > 0)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Replaces the nodes; what is known of those that stay is kept.</summary>
    public void Update(IReadOnlyCollection<PeerLink> links)
    {
        var before = _lenders;
        Volatile.Write(ref _lenders, [.. links.Select(link => Array.Find(before, l => l.Link == link) ?? new Lender(link, time))]);
    }

    /// <inheritdoc/>
    public IConnectionLender? TryReserve()
    {
        while (Best() is { } best)
        {
            if (best.TryTake() is { } pipe)
            {
                return new Loan(this, best, pipe);
            }
        }

        return null;
    }

    private Lender? Best()
    {
        var (best, most) = (default(Lender), 0);
        foreach (var lender in Volatile.Read(ref _lenders))
        {
            if (lender.Spare is var spare && spare > most)
            {
                (best, most) = (lender, spare);
            }
        }

        return best;
    }
}
