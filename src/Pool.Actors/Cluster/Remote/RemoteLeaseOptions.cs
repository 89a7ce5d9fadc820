namespace Pool.Actors.Cluster.Remote;

/// <summary>The limits on connections that nodes lend each other.</summary>
public sealed record RemoteLeaseOptions
{
    /// <summary>The highest <see cref="MaxPerPeer"/> that a node can have, and so the most pipes that another opens to this one.</summary>
    public const int HighestMaxPerPeer = 256;

    /// <summary>
    /// The most connections that one node lends to one other at a time, and the most pipes on which it borrows from one. 0: nothing is lent. 16: a burst of short statements keeps 16 connections busy with hundreds of clients; what lasts moves the shares.
    /// </summary>
    public int MaxPerPeer { get; init; } = 16;

    /// <summary>
    /// For how long a borrowed connection may serve one session after the other before it has to go back. 10 ms: some fifty short
    /// statements for one round of asking, and no longer than the lender's own sessions would wait for a longer statement anyway.
    /// </summary>
    public TimeSpan MaxLoan { get; init; } = TimeSpan.FromMilliseconds(10);
}
