using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Coordination;

namespace Pool.Host.Etcd;

/// <summary>The coordinator of a cluster: etcd, version 3.4 or newer.</summary>
public sealed class EtcdCoordinator : ICoordinator
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(200);

    private readonly EtcdOptions _options;
    private readonly EtcdClient _client;
    private readonly EtcdTls? _tls;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile string? _problem;

    /// <summary>Reads the certificates; nothing is connected before it is used.</summary>
    public EtcdCoordinator(EtcdOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _tls = options.Endpoints[0].Scheme == Uri.UriSchemeHttps ? new EtcdTls(options) : null;
        _client = new EtcdClient(options, _tls);
    }

    /// <inheritdoc/>
    public async ValueTask<CoordinationView?> ReadAsync(string prefix, CancellationToken cancel)
    {
        var range = EtcdPrefix.Of(prefix);
        var (answer, failure) = await _client.CallAsync(
            EtcdPaths.Range, new RangeRequest(range.Key, range.End), EtcdJson.Default.RangeRequest, EtcdJson.Default.RangeAnswer, repeatable: true, cancel);
        Note(failure);
        return answer is null ? null : new CoordinationView(
            answer.Header.Revision, CoordinationView.Empty.Entries.SetItems((answer.Kvs ?? []).Select(EntryOf).Select(e => KeyValuePair.Create(e.Key, e))));
    }

    /// <inheritdoc/>
    public async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancel)
    {
        var request = new TxnRequest(
            [.. commit.Expected.Select(e => new Compare(Bytes(e.Key), e.ModRevision))],
            [
                .. commit.Puts.Select(p => new RequestOp(new PutRequest(Bytes(p.Key), p.Value.ToArray(), p.LeaseId), null)),
                .. commit.Deletes.Select(key => new RequestOp(null, new DeleteRequest(Bytes(key)))),
            ]);
        var (answer, failure) = await _client.CallAsync(
            EtcdPaths.Txn, request, EtcdJson.Default.TxnRequest, EtcdJson.Default.TxnAnswer, repeatable: false, cancel);
        Note(failure);
        return failure?.Kind switch
        {
            null => answer!.Succeeded ? CommitResult.Done : CommitResult.Conflict,
            EtcdFailureKind.LeaseGone => CommitResult.Conflict,
            EtcdFailureKind.Unknown => CommitResult.Unknown,
            _ => CommitResult.Unavailable,
        };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CoordinationView> FollowAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        CoordinationView? last = null;
        EtcdWatch? watch = null;
        try
        {
            for (var wasHinted = true; ;)
            {
                if (await ReadAsync(prefix, cancel) is not { } view)
                {
                    await Task.Delay(s_retry, _time, cancel);
                    continue;
                }

                // Anew if it has ended, has missed something, or waits for revisions that a store without its data has still to reach.
                var isNew = last?.ShowsSameAs(view) != true;
                if (watch is not { HasEnded: false } || (isNew && !wasHinted) || view.Revision < last?.Revision)
                {
                    await EndAsync(watch);
                    watch = new EtcdWatch(_client, EtcdPrefix.Of(prefix), view.Revision + 1);
                }

                last = view;
                if (isNew)
                {
                    yield return view;
                }

                wasHinted = await watch.WaitAsync(_options.ReadInterval, cancel);
                if (watch.HasEnded)
                {
                    await Task.Delay(s_retry, _time, cancel);
                }
            }
        }
        finally
        {
            await EndAsync(watch);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ICoordinationLease?> GrantAsync(TimeSpan timeToLive, CancellationToken cancel)
    {
        var sentAt = _time.GetTimestamp();
        var (answer, failure) = await _client.CallAsync(
            EtcdPaths.Grant, new GrantRequest((long)timeToLive.TotalSeconds), EtcdJson.Default.GrantRequest, EtcdJson.Default.LeaseAnswer, repeatable: true, cancel);
        Note(failure);
        if (answer is null)
        {
            return null;
        }

        var interval = LeaseTimes.RenewalInterval(timeToLive);
        return new EtcdLease(answer.Id, timeToLive, sentAt, new EtcdRenewal(answer.Id, _options, _client.Token, _tls, interval), _client, _time, _logger);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ValueTask EndAsync(EtcdWatch? watch) => watch?.DisposeAsync() ?? ValueTask.CompletedTask;

    // What goes on is told once.
    private void Note(EtcdFailure? failure)
    {
        var problem = failure is null or { Kind: EtcdFailureKind.LeaseGone } ? null : failure.Text;
        if (Interlocked.Exchange(ref _problem, problem) is var before && problem != before)
        {
            if (problem is null)
            {
                EtcdLog.Available(_logger);
            }
            else
            {
                EtcdLog.Unavailable(_logger, problem);
            }
        }
    }

    private static CoordinationEntry EntryOf(KeyValue kv) =>
        new(Encoding.UTF8.GetString(kv.Key), kv.Value ?? [], kv.CreateRevision, kv.ModRevision, kv.Lease);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
