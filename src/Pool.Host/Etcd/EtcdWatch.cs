namespace Pool.Host.Etcd;

/// <summary>Hears from etcd that something below a prefix has changed, from a revision on. A hint: it may end, or go silent, at any time.</summary>
internal sealed class EtcdWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _hints = new(0);
    private readonly Task _listening;
    private volatile bool _hasEnded;

    public EtcdWatch(EtcdClient client, EtcdPrefix prefix, long startRevision) =>
        _listening = ListenAsync(client, new WatchRequest(new WatchCreateRequest(prefix.Key, prefix.End, startRevision)));

    /// <summary>True once nothing more will be heard.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Waits for a hint, or for the end of the watch; false if neither came in time.</summary>
    public async Task<bool> WaitAsync(TimeSpan patience, CancellationToken cancel)
    {
        var hinted = await _hints.WaitAsync(patience, cancel);
        while (await _hints.WaitAsync(TimeSpan.Zero, cancel))
        {
            // Many hints are one.
        }

        return hinted;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        _stop.Dispose();
        _hints.Dispose();
    }

    private async Task ListenAsync(EtcdClient client, WatchRequest request)
    {
        try
        {
            var messages = client.StreamAsync(
                EtcdPaths.Watch, request, EtcdJson.Default.WatchRequest, EtcdJson.Default.WatchMessage, _stop.Token);
            await foreach (var message in messages)
            {
                // An error, or cancelled: by a compaction, or since the member has no leader.
                if (message.Result is not { Canceled: false } result)
                {
                    break;
                }

                if (result.Events is { Count: > 0 })
                {
                    _hints.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }

        _hasEnded = true;
        _hints.Release();
    }
}
