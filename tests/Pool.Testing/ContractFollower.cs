using System.Text;
using Pool.Actors.Cluster.Coordination;

namespace Pool.Testing;

/// <summary>Follows a prefix for a test.</summary>
public sealed class ContractFollower : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _cancel = new();
    private readonly IAsyncEnumerator<CoordinationView> _views;
    private readonly string _prefix;

    /// <summary>Begins to follow.</summary>
    public ContractFollower(ICoordinator coordinator, string prefix, string below)
    {
        _prefix = prefix;
        _views = coordinator.FollowAsync(prefix + below, _cancel.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    /// <summary>The next view, as "key=value" without the prefix.</summary>
    public async Task<string[]> NextAsync()
    {
        await _views.MoveNextAsync().AsTask().WaitAsync(s_limit);
        return [.. _views.Current.Entries.Values.Select(e => $"{e.Key[_prefix.Length..]}={Encoding.UTF8.GetString(e.Value.Span)}")];
    }

    /// <summary>Takes views until one is what is waited for.</summary>
    public async Task UntilAsync(params string[] expected)
    {
        while (!(await NextAsync()).SequenceEqual(expected))
        {
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _cancel.CancelAsync();
        await _views.DisposeAsync();
        _cancel.Dispose();
    }
}
