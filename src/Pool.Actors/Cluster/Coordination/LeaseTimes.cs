namespace Pool.Actors.Cluster.Coordination;

/// <summary>What follows from a lease's time to live, for every kind of store.</summary>
public static class LeaseTimes
{
    /// <summary>How often it is renewed: three renewals may fail before it is not proven any more.</summary>
    public static TimeSpan RenewalInterval(TimeSpan timeToLive) => timeToLive / 5;

    /// <summary>
    /// For how long a renewal proves it, from when it was sent. A quarter of the time to live is left for clocks that run at different
    /// speeds, and for what was begun with the last proof to come to an end.
    /// </summary>
    public static TimeSpan ProvenFor(TimeSpan timeToLive) => timeToLive * 3 / 4;
}
