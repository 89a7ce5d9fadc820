using Pool.Actors.Backends;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>A node whose connects fail needs what it can use, and a place for the attempt that tells it that they succeed again.</summary>
public sealed class ShareInVainTests
{
    private const int Floor = 2;

    [Fact]
    public async Task A_node_whose_only_connection_is_lent_for_long_notices_that_connects_succeed_again()
    {
        await using var rig = new ShareRig(cap: 20);
        var (first, second) = await rig.StartTwoAsync();
        second.Want(1);
        await rig.UntilAsync(() => second.Held.Count == 1, "one is open");
        second.Connector.Failing = ConnectFailureKind.Unreachable;
        second.Want(3);
        await rig.UntilAsync(() => second.Pool.Snapshot().ConnectsInVain, "a connect has failed");
        second.Rest();
        first.Want(100);
        await rig.UntilAsync(
            () => first.Held.Count == 16 && second.Pool.Snapshot() is { Max: Floor, Idle: 1, Active: 1 }, "one has all but the other's floor");
        PooledConnection? lent = null;
        await rig.UntilAsync(() => second.Pool.Lending.TryTake(second.Needed, first.Membership.Self.Incarnation, out lent), "it is lent");

        second.Connector.Failing = null;
        second.Want(99);
        await rig.UntilAsync(() => first.Turn().Share is 9 or 10 && first.Share + second.Turn().Share == 19, "both have their part");
        second.Pool.Lending.TakeBack(lent!, LoanEnd.Broken);
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_node_that_cannot_reach_the_server_takes_nothing_for_idle_connections()
    {
        await using var rig = new ShareRig(cap: 20);
        var second = rig.Start(failing: ConnectFailureKind.Unreachable, minIdle: 8);
        var first = rig.Start();
        await rig.UntilAsync(() => first.Keeper.Granted.IsCompleted, "one has joined");
        first.Want(100);
        await rig.UntilAsync(() => first.Turn().Share == 19 - Floor, "it has all but the other's floor");

        second.Connector.Failing = null;
        await rig.UntilAsync(() => first.Turn().Share == 10 && second.Pool.Snapshot().Idle == 8, "the other has what it needs");
        rig.AssertCapHeld();
    }
}
