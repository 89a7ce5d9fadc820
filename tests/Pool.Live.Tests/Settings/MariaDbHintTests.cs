using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Settings;

/// <summary>To MariaDB a SET_VAR hint is a comment.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbHintTests(FaultRig<MariaDbServer> rig)
{
    [Fact]
    public async Task MariaDB_never_gets_hints()
    {
        const string Read = "SELECT @@sort_buffer_size, RAND() < 2";
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 2 });
        await using var setter = await HintTwins.ConnectAsync(rig, node);
        await using var other = await HintTwins.ConnectAsync(rig, node);
        await setter.SameAsync("SET sort_buffer_size = 300000");
        for (var i = 0; i < 5; i++)
        {
            await other.SameAsync(Read);
            await setter.SameAsync(Read);
        }

        Assert.Equal(0, await HintTwins.HintedAsync(node));
    }

    [Fact]
    public async Task A_session_is_disconnected_after_its_own_wait_timeout_without_a_word()
    {
        await using var node = await rig.StartNodeAsync();
        await using var client = await node.ConnectAsync();
        await client.QueryAsync("SET wait_timeout = 1");
        Assert.Equal(0, await client.LastWordsAsync());
    }
}
