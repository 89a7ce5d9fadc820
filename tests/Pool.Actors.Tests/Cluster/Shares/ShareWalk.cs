using Pool.Actors.Backends;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>Whatever may happen to nodes that share a server, in random order, over a store that loses answers.</summary>
internal static class ShareWalk
{
    private const int Nodes = 4;

    /// <summary>
    /// Walks, and calls the check after each step with its number. Afterwards everybody who lives is well and wants nothing: these are
    /// answered.
    /// </summary>
    public static async Task<IReadOnlyList<ShareNode>> WalkAsync(this ShareRig rig, int seed, int mostWanted, Action<int> check)
    {
        var random = new Random(seed);
        for (var i = 0; i < Nodes; i++)
        {
            rig.Start(store: new FaultyStore(rig.Store, new Random(seed + i)));
        }

        var alive = rig.Nodes.ToList();
        for (var step = 0; step < (Invariants.RandomWalk.IsLong ? 400 : 40); step++)
        {
            var node = alive[random.Next(alive.Count)];
            switch (random.Next(9))
            {
                case 0 or 1:
                    node.Want(random.Next(1, mostWanted));
                    break;
                case 2 or 3:
                    node.Rest();
                    break;
                case 4:
                    node.Membership.Proven = !node.Membership.Proven;
                    break;
                case 5:
                    node.Membership.Abandon();
                    await rig.PassAsync(TimeSpan.FromSeconds(random.Next(25)));
                    node.Membership.Rejoin();
                    break;
                case 6:
                    node.Connector.Failing = node.Connector.Failing is null ? ConnectFailureKind.Unreachable : null;
                    break;
                case 7 when alive.Count > 2:
                    await node.KillAsync();
                    alive.Remove(node);
                    alive.Add(rig.Start(store: new FaultyStore(rig.Store, new Random(seed + step))));
                    break;
                default:
                    await rig.PassAsync(TimeSpan.FromMilliseconds(random.Next(4_000)));
                    break;
            }

            check(step);
        }

        foreach (var node in alive)
        {
            node.Membership.Proven = true;
            node.Connector.Failing = null;
            node.Rest();
        }

        return alive;
    }
}
