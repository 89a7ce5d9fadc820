using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Prepared;

/// <summary>
/// Two sessions of a node that has two connections: one of them always holds one. Each move lets the other take the free one first,
/// so that whoever comes next gets another connection than last time.
/// </summary>
internal sealed class Mover : IAsyncDisposable
{
    private SqlClient _holder;
    private SqlClient _other;

    private Mover(SqlClient holder, SqlClient other) => (_holder, _other) = (holder, other);

    /// <summary>Starts at a node.</summary>
    public static async Task<Mover> StartAsync(FaultNode node)
    {
        var mover = new Mover(await node.ConnectAsync(), await node.ConnectAsync());
        await mover._holder.QueryAsync("BEGIN");
        return mover;
    }

    /// <summary>Frees the one connection and takes the other, unless the session under test keeps that.</summary>
    public async Task MoveAsync()
    {
        var taking = _other.TryAsync("BEGIN");
        if (await Task.WhenAny(taking, Task.Delay(TimeSpan.FromMilliseconds(30))) != taking)
        {
            // The session keeps the other connection: nothing can move.
            await _holder.QueryAsync("COMMIT");
            await taking;
        }
        else
        {
            await _holder.QueryAsync("COMMIT");
        }

        (_holder, _other) = (_other, _holder);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _holder.DisposeAsync();
        await _other.DisposeAsync();
    }
}
