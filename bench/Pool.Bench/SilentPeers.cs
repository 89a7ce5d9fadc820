using System.Collections.Immutable;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;

namespace Pool.Bench;

/// <summary>A cluster of two nodes, of which the other says nothing.</summary>
internal sealed class SilentPeers : IMembership, IPeerNetwork
{
    private static readonly Member s_other = new() { Name = "other", Incarnation = new(2), Slot = 2, PeerAddress = "other" };

    public event Action<ClusterView, ClusterView> Changed
    {
        add { }
        remove { }
    }

    public string Cluster => "bench";

    public Member Self { get; } = new() { Name = "self", Incarnation = new(1), Slot = 1, PeerAddress = "self" };

    public ClusterView View => new(1, ImmutableSortedDictionary<string, Member>.Empty.Add(Self.Name, Self).Add(s_other.Name, s_other));

    public long LeaseId => 1;

    public bool IsProven => true;

    public ValueTask<PeerAnswer> AskAsync(Member peer, PeerQuestion question, CancellationToken cancel) =>
        ValueTask.FromResult(new PeerAnswer(default, "silent"));

    public ValueTask<PeerPipe> OpenPipeAsync(Member peer, string purpose, CancellationToken cancel) =>
        ValueTask.FromResult(new PeerPipe(null, "silent"));
}
