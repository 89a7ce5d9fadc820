using Pool.Actors.Runtime;
using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

public sealed class SessionTableTests : IAsyncDisposable
{
    private readonly TestNode _node = new();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_node_that_changes_its_slot_gives_new_ids_and_finds_sessions_by_those_that_it_gave_before()
    {
        var before = new SessionId((await _node.LogInAsync()).ConnectionId);
        _node.Services.Sessions.Slot = 9;
        var after = new SessionId((await _node.LogInAsync()).ConnectionId);
        Assert.Equal((1, 9), (before.Slot, after.Slot));
        Assert.NotEqual(before.Local, after.Local);
        Assert.Equal(before, _node.Services.Sessions.Find(before)!.Id);
        Assert.Equal(after, _node.Services.Sessions.Find(after)!.Id);
        Assert.Null(_node.Services.Sessions.Find(SessionId.From(9, before.Local)));
        Assert.Null(_node.Services.Sessions.Find(SessionId.From(1, after.Local)));
    }
}
