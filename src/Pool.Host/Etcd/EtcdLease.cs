using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Coordination;

namespace Pool.Host.Etcd;

/// <summary>
/// A lease of etcd's, renewed by a thread of its own that waits for nothing but the clock and etcd: neither busy I/O threads nor a busy
/// thread pool can keep it from it.
/// </summary>
internal sealed class EtcdLease : ICoordinationLease
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly TimeSpan _timeToLive;
    private readonly EtcdRenewal _renewal;
    private readonly EtcdClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly ManualResetEventSlim _stop = new();
    private long _provenSince;
    private volatile bool _abandoned;

    /// <summary>Begins to renew it.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="timeToLive">How long it lives without a renewal, at the least.</param>
    /// <param name="sentAt">When it was asked for.</param>
    /// <param name="renewal">Renews it.</param>
    /// <param name="client">Revokes it.</param>
    /// <param name="time">The monotonic clock.</param>
    /// <param name="logger">Where it logs.</param>
    public EtcdLease(long id, TimeSpan timeToLive, long sentAt, EtcdRenewal renewal, EtcdClient client, TimeProvider time, ILogger logger)
    {
        (Id, _timeToLive, _provenSince, _renewal, _client, _time, _logger) = (id, timeToLive, sentAt, renewal, client, time, logger);
        new Thread(Renew) { IsBackground = true, Name = "etcd lease" }.Start();
    }

    /// <inheritdoc/>
    public long Id { get; }

    /// <inheritdoc/>
    public bool IsProven => !_lost.IsCancellationRequested
        && _time.GetElapsedTime(Volatile.Read(ref _provenSince)) < LeaseTimes.ProvenFor(_timeToLive);

    /// <inheritdoc/>
    public CancellationToken Lost => _lost.Token;

    /// <inheritdoc/>
    public void Abandon()
    {
        _abandoned = true;
        _stop.Set();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stop.Set();
        if (_abandoned || _lost.IsCancellationRequested)
        {
            return;
        }

        // Nothing may be begun under it while it is being revoked.
        await _lost.CancelAsync();
        using var patience = new CancellationTokenSource(s_patience, _time);
        try
        {
            await _client.CallAsync(
                EtcdPaths.Revoke, new LeaseRequest(Id), EtcdJson.Default.LeaseRequest, EtcdJson.Default.IgnoredAnswer, repeatable: true, patience.Token);
        }
        catch (OperationCanceledException)
        {
            // It expires.
        }
    }

    private void Renew()
    {
        var interval = LeaseTimes.RenewalInterval(_timeToLive);
        var isFailing = false;
        for (var pause = interval; !_stop.Wait(pause);)
        {
            var sentAt = _time.GetTimestamp();
            var (answer, problem) = _renewal.Try();
            if (answer is null)
            {
                if (!isFailing)
                {
                    EtcdLog.NotRenewed(_logger, Id, problem!);
                }

                (isFailing, pause) = (true, interval / 4);
            }
            else if (answer.Ttl > 0)
            {
                Volatile.Write(ref _provenSince, sentAt);
                if (isFailing)
                {
                    EtcdLog.RenewedAgain(_logger, Id);
                }

                (isFailing, pause) = (false, interval);
            }
            else
            {
                EtcdLog.LeaseGone(_logger, Id);
                _ = _lost.CancelAsync();
                break;
            }
        }

        _renewal.Dispose();
    }
}
