using System.Security.Cryptography;
using System.Text.Json;
using Pool.Actors.Cluster.Coordination;

namespace Pool.Actors.Cluster.Membership;

/// <summary>
/// Begins lives of a node in its cluster: looks whether it fits in, claims a slot, and becomes a member, the latter two in one commit.
/// </summary>
internal sealed class Joining(ICoordinator coordinator, ClusterKeys keys, MembershipOptions options, TimeProvider time, Random random)
{
    // Each attempt that fails means that another node has succeeded.
    private const int Attempts = 20;
    private const int MostRested = 50;
    private const string Unreachable = "the coordination store cannot be reached";

    /// <summary>Tries to join.</summary>
    /// <param name="role">What the node does at first.</param>
    /// <param name="last">The node in its last life, whose slot it takes again if nobody else has; null for none.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <returns>The new life with the members that it found, or why there is none.</returns>
    public async Task<(MemberLife? Life, Roster? Found, JoinResult Result)> TryAsync(MemberRole role, Member? last, CancellationToken cancel)
    {
        if (await coordinator.GrantAsync(options.LeaseTime, cancel) is not { } lease)
        {
            return NotYet(Unreachable);
        }

        MemberLife? life = null;
        try
        {
            var self = NewMember(role);
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (await ReadAsync(cancel) is not { } roster)
                {
                    return NotYet(Unreachable);
                }

                // The answer to the attempt before may have been lost.
                if (roster.Members.TryGetValue(self.Name, out var there) && there.Incarnation == self.Incarnation)
                {
                    life = new MemberLife(there, lease);
                    await LetRestAsync(roster, cancel);
                    return (life, roster, new JoinResult(JoinOutcome.Joined, null));
                }

                if (Obstacle(roster) is { } obstacle)
                {
                    return (null, null, obstacle);
                }

                if (SlotOf(roster, last) is not { } slot)
                {
                    return NotYet("all slots are in use, or rest since their last owner has left");
                }

                await coordinator.CommitAsync(Claim(roster, self = self with { Slot = slot }, lease.Id), cancel);
            }

            return NotYet("the cluster changed at each attempt");
        }
        finally
        {
            if (life is null)
            {
                await lease.DisposeAsync();
            }
        }
    }

    /// <summary>Ends a life: takes the member away and lets its slot rest.</summary>
    public async Task<CommitResult> EndAsync(MemberLife life, CancellationToken cancel)
    {
        if (await ReadAsync(cancel) is not { } roster)
        {
            return CommitResult.Unavailable;
        }

        var (member, slot) = (keys.Member(life.Self.Name), keys.Slot(life.Self.Slot));
        var commit = new Commit()
            .Expect(member, roster.RevisionOf(member)).Delete(member)
            .Expect(slot, roster.RevisionOf(slot)).Put(slot, SlotOf(life.Self, time.GetUtcNow()));
        return IsAlive(roster, life.Self) ? await coordinator.CommitAsync(commit, cancel) : CommitResult.Conflict;
    }

    /// <summary>Changes what the others see of a member, if it is still the one of this life.</summary>
    public async Task<CommitResult> ChangeAsync(MemberLife life, Member changed, CancellationToken cancel)
    {
        if (await ReadAsync(cancel) is not { } roster)
        {
            return CommitResult.Unavailable;
        }

        var key = keys.Member(changed.Name);
        return IsAlive(roster, changed)
            ? await coordinator.CommitAsync(new Commit().Expect(key, roster.RevisionOf(key)).Put(key, RecordOf(changed), life.Lease.Id), cancel)
            : CommitResult.Conflict;
    }

    private Commit Claim(Roster roster, Member self, long leaseId)
    {
        var commit = new Commit()
            .Expect(keys.Member(self.Name), 0).Put(keys.Member(self.Name), RecordOf(self), leaseId)
            .Expect(keys.Slot(self.Slot), roster.RevisionOf(keys.Slot(self.Slot))).Put(keys.Slot(self.Slot), SlotOf(self, freedAt: null))
            .Expect(keys.Settings, roster.RevisionOf(keys.Settings));
        return roster.Members.Count > 0
            ? commit
            : commit.Put(keys.Settings, JsonSerializer.SerializeToUtf8Bytes(SettingsRecord.Of(options.Secret), ClusterJson.Default.SettingsRecord));
    }

    private JoinResult? Obstacle(Roster roster)
    {
        if (roster.Unreadable.Count > 0)
        {
            return Refused($"the record of member {roster.Unreadable[0]} cannot be read: is its release too old?");
        }

        if (roster.Members.Values.FirstOrDefault(m => m.Protocol < options.OldestProtocol || options.Protocol < m.OldestProtocol) is { } stranger)
        {
            return Refused($"member {stranger.Name} speaks protocol {stranger.OldestProtocol} to {stranger.Protocol}, " +
                $"this release {options.OldestProtocol} to {options.Protocol}: upgrade by way of a release between them");
        }

        if (roster.Members.Count > 0 && roster.Settings?.Matches(options.Secret) != true)
        {
            return Refused($"the cluster {options.Cluster} has another secret: is there another cluster of this name in the store?");
        }

        return roster.Members.TryGetValue(options.Name, out var namesake)
            ? new JoinResult(JoinOutcome.NotYet, $"there is a member {namesake.Name} already, at {namesake.PeerAddress}: it must leave or be lost first")
            : null;
    }

    private int? SlotOf(Roster roster, Member? last) => SlotChoice.Choose(
        roster.Slots(),
        roster.Members.Values.Select(m => m.Incarnation).ToHashSet(),
        last?.Slot ?? options.Slot,
        last?.Incarnation,
        time.GetUtcNow() - options.SlotRest,
        random);

    // Slots of nodes that crashed begin to rest when somebody sees that they are free. The next one who joins sees what is missed here.
    private async Task LetRestAsync(Roster roster, CancellationToken cancel)
    {
        var alive = roster.Members.Values.Select(m => m.Incarnation).ToHashSet();
        var commit = new Commit();
        foreach (var (slot, record) in roster.Slots().Where(s => s.Value is { V: > 0, FreedAt: null } && !alive.Contains(s.Value.Incarnation)).Take(MostRested))
        {
            var rested = JsonSerializer.SerializeToUtf8Bytes(record with { FreedAt = time.GetUtcNow() }, ClusterJson.Default.SlotRecord);
            commit.Expect(keys.Slot(slot), roster.RevisionOf(keys.Slot(slot))).Put(keys.Slot(slot), rested);
        }

        if (commit.Puts.Count > 0)
        {
            await coordinator.CommitAsync(commit, cancel);
        }
    }

    private async Task<Roster?> ReadAsync(CancellationToken cancel) =>
        await coordinator.ReadAsync(keys.Root, cancel) is { } view ? new Roster(view, keys) : null;

    private Member NewMember(MemberRole role) => new()
    {
        Name = options.Name,
        Incarnation = new Incarnation(RandomNumber()),
        Slot = 0,
        Role = role,
        PeerAddress = options.PeerAddress,
        AdminAddress = options.AdminAddress,
        Protocol = options.Protocol,
        OldestProtocol = options.OldestProtocol,
        Release = options.Release,
        JoinedAt = time.GetUtcNow(),
    };

    private static bool IsAlive(Roster roster, Member member) =>
        roster.Members.TryGetValue(member.Name, out var there) && there.Incarnation == member.Incarnation;

    private static byte[] RecordOf(Member member) =>
        JsonSerializer.SerializeToUtf8Bytes(new MemberRecord(ClusterProtocol.Current, member), ClusterJson.Default.MemberRecord);

    private static byte[] SlotOf(Member member, DateTimeOffset? freedAt) => JsonSerializer.SerializeToUtf8Bytes(
        new SlotRecord(ClusterProtocol.Current, member.Name, member.Incarnation, freedAt), ClusterJson.Default.SlotRecord);

    // Not the seeded random: two nodes of one seed must not have the same.
    private static long RandomNumber() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;

    private static (MemberLife?, Roster?, JoinResult) NotYet(string problem) => (null, null, new JoinResult(JoinOutcome.NotYet, problem));

    private static JoinResult Refused(string problem) => new(JoinOutcome.Refused, problem);
}
