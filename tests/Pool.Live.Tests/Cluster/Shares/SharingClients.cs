using System.Collections.Concurrent;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster.Shares;

/// <summary>So many clients of a node that run the same statements, again and again, until they are told to leave.</summary>
internal sealed class SharingClients : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, int> _errors = new();
    private readonly CancellationTokenSource _leave = new();
    private readonly PoolNode _node;
    private readonly string _user;
    private readonly string[] _statements;
    private readonly Task _running;
    private int _done;

    /// <summary>They come.</summary>
    public SharingClients(PoolNode node, int clients, string user, params string[] statements)
    {
        (_node, _user, _statements) = (node, user, statements);
        _running = Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(ServeAsync)));
    }

    /// <summary>How often all of the statements have succeeded.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>What they were told when one did not, and how often.</summary>
    public IReadOnlyDictionary<string, int> Errors => _errors;

    /// <summary>They leave after their statements.</summary>
    public async Task LeaveAsync()
    {
        await _leave.CancelAsync();
        await _running;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        _leave.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_leave.IsCancellationRequested)
        {
            var (client, failure) = await SqlClient.TryConnectAsync(_node.Port, _user, FaultNode.UserPassword);
            if (client is null)
            {
                Note($"login: {failure!.Kind}");
                await Task.Delay(20);
                continue;
            }

            await using (client)
            {
                while (!_leave.IsCancellationRequested && await RunAsync(client))
                {
                    Interlocked.Increment(ref _done);
                }
            }
        }
    }

    private async Task<bool> RunAsync(SqlClient client)
    {
        foreach (var statement in _statements)
        {
            var result = await client.TryAsync(statement);
            if (!result.Succeeded)
            {
                Note($"{result.ErrorCode}");
                return false;
            }
        }

        return true;
    }

    private void Note(string error) => _errors.AddOrUpdate(error, 1, static (_, n) => n + 1);
}
