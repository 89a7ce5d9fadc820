using System.Globalization;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Runtime;

namespace Pool.Actors.Tests.Cluster.Membership;

public sealed class SlotChoiceTests : IAsyncDisposable
{
    private readonly MembershipFixture _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_slot_that_was_never_used_is_preferred_to_one_that_has_rested()
    {
        await UseAsync(except: 300, freedBefore: slot => TimeSpan.FromHours(slot));
        var (a, _) = await _cluster.JoinAsync("a");
        Assert.Equal(300, a.Self.Slot);
    }

    [Fact]
    public async Task The_slot_that_has_rested_longest_comes_first()
    {
        await UseAsync(except: 0, freedBefore: slot => TimeSpan.FromHours(slot == 41 ? 2 : 1));
        var (a, _) = await _cluster.JoinAsync("a");
        Assert.Equal(41, a.Self.Slot);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(-60)]
    [InlineData(null)]
    public async Task A_slot_that_has_not_rested_enough_or_not_surely_is_given_to_nobody(int? minutes)
    {
        await UseAsync(except: 0, freedBefore: _ => minutes is { } rested ? TimeSpan.FromMinutes(rested) : null);
        var (a, _) = _cluster.Node("a");
        Assert.Equal(
            new JoinResult(JoinOutcome.NotYet, "all slots are in use, or rest since their last owner has left"),
            await a.JoinAsync(CancellationToken.None));
    }

    [Fact]
    public async Task The_slot_of_a_live_member_is_given_to_nobody_however_long_ago_it_was_freed()
    {
        var (first, _) = await _cluster.JoinAsync("first", o => o with { Slot = 5 });
        await UseAsync(except: 5, freedBefore: _ => TimeSpan.FromMinutes(1));
        var claimed = $$"""{"v":1,"node":"first","incarnation":"{{first.Self.Incarnation}}","freedAt":"2000-01-01T00:00:00Z"}""";
        await PutAsync(5, claimed);
        var (a, _) = _cluster.Node("a");
        Assert.Equal(JoinOutcome.NotYet, (await a.JoinAsync(CancellationToken.None)).Outcome);
    }

    [Fact]
    public async Task A_slot_whose_record_cannot_be_read_is_given_to_nobody()
    {
        await UseAsync(except: 5, freedBefore: _ => TimeSpan.FromMinutes(1));
        await PutAsync(5, "{");
        var (a, _) = _cluster.Node("a", o => o with { Slot = 5 });
        Assert.Equal(JoinOutcome.NotYet, (await a.JoinAsync(CancellationToken.None)).Outcome);
    }

    /// <summary>Writes that all slots but one were used by nodes that are gone.</summary>
    private async Task UseAsync(int except, Func<int, TimeSpan?> freedBefore)
    {
        for (var slot = 1; slot <= SessionId.MaxSlot; slot++)
        {
            if (slot != except)
            {
                var freedAt = freedBefore(slot) is { } before
                    ? $",\"freedAt\":\"{(_cluster.Time.GetUtcNow() - before).ToString("O", CultureInfo.InvariantCulture)}\""
                    : "";
                await PutAsync(slot, $$"""{"v":1,"node":"old","incarnation":"1{{slot:x}}"{{freedAt}}}""");
            }
        }
    }

    private async Task PutAsync(int slot, string record) => Assert.Equal(CommitResult.Done, await _cluster.Store.CommitAsync(
        new Commit().Put(new ClusterKeys("test").Slot(slot), System.Text.Encoding.UTF8.GetBytes(record)), CancellationToken.None));
}
