using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Cluster.Membership;
using Pool.Host.Etcd;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster;

/// <summary>Members of a cluster while its etcd fails.</summary>
public sealed class EtcdMembershipTests
{
    private static readonly string[] s_names = ["a", "b", "c"];

    [Fact]
    public async Task Members_stay_who_they_are_when_the_leader_of_etcd_fails()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 3);
        await using var nodes = await Nodes.JoinAsync(etcd, TimeSpan.FromSeconds(15));
        var before = nodes.Incarnations;
        await etcd.EndAsync(await etcd.LeaderAsync(), Signal.Kill);
        await Eventually.TrueAsync(
            () => nodes.SetRoleAsync(0, MemberRole.Draining), () => "the role cannot be told");
        await Eventually.TrueAsync(
            () => nodes.All(n => n.View.Members.GetValueOrDefault("a")?.Role == MemberRole.Draining), "the others do not see the role");
        Assert.Equal(before, nodes.Incarnations);
        await Eventually.TrueAsync(() => nodes.All(n => n.IsProven), "the leases are not renewed");
    }

    [Fact]
    public async Task Members_of_an_etcd_that_has_lost_its_data_join_again_with_their_slots()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var nodes = await Nodes.JoinAsync(etcd, TimeSpan.FromSeconds(15));
        var (before, slots) = (nodes.Incarnations, nodes.Slots);
        await etcd.EndAsync(0, Signal.Kill);
        etcd.LoseData(0);
        await etcd.StartAsync();
        await Eventually.TrueAsync(
            () => nodes.All(n => n.IsProven && n.View.Members.Count == s_names.Length) && !nodes.Incarnations.Intersect(before).Any(),
            "they do not join again");
        Assert.Equal(slots, nodes.Slots);
    }

    private sealed class Nodes : IAsyncDisposable
    {
        private readonly List<(EtcdCoordinator Coordinator, ClusterMembership Node)> _nodes = [];

        public Incarnation[] Incarnations => [.. _nodes.Select(n => n.Node.Self.Incarnation)];

        public int[] Slots => [.. _nodes.Select(n => n.Node.Self.Slot)];

        public static async Task<Nodes> JoinAsync(EtcdServers etcd, TimeSpan leaseTime)
        {
            var nodes = new Nodes();
            foreach (var name in s_names)
            {
                var coordinator = etcd.Coordinator();
                var options = new MembershipOptions { Cluster = "live", Name = name, PeerAddress = $"{name}:6035", Secret = "s3cret", LeaseTime = leaseTime };
                var node = new ClusterMembership(coordinator, options, TimeProvider.System, new Random(name[0]), NullLogger.Instance);
                nodes._nodes.Add((coordinator, node));
                Assert.Equal(new JoinResult(JoinOutcome.Joined, null), await node.JoinAsync(CancellationToken.None));
            }

            await Eventually.TrueAsync(() => nodes.All(n => n.View.Members.Count == s_names.Length), "they do not see each other");
            return nodes;
        }

        public bool All(Func<ClusterMembership, bool> condition) => _nodes.TrueForAll(n => condition(n.Node));

        public Task<bool> SetRoleAsync(int node, MemberRole role) => _nodes[node].Node.SetRoleAsync(role, CancellationToken.None);

        public async ValueTask DisposeAsync()
        {
            foreach (var (coordinator, node) in _nodes)
            {
                await node.DisposeAsync();
                await coordinator.DisposeAsync();
            }
        }
    }
}
