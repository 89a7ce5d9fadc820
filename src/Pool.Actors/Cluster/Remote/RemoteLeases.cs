using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;
using Pool.Actors.Telemetry;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// Lets the pools of a cluster's nodes lend each other idle connections: a pool that has nothing left asks the nodes that have, and serves
/// the pipes on which others ask this one. Thread-safe.
/// </summary>
public sealed class RemoteLeases : IPipeService, IAsyncDisposable
{
    /// <summary>The purpose of the pipes.</summary>
    public const string PipePurpose = "lease";

    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_drainInterval = TimeSpan.FromMilliseconds(50);
    private readonly RemoteLeaseOptions _options;
    private readonly IMembership _membership;
    private readonly IPeerNetwork _network;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FrozenDictionary<string, LenderBackend> _backends;
    private readonly Lenders[] _lenders;
    private readonly ConcurrentDictionary<LendPipe, Task> _lent = new();
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private PeerLink[] _links = [];
    private bool _isStopped;
    private bool _isDraining;

    /// <summary>Puts the parts together; see <see cref="Start"/>.</summary>
    public RemoteLeases(
        RemoteLeaseOptions options, IMembership membership, IPeerNetwork network, IEnumerable<Backend> backends, TimeProvider time, ILogger logger)
    {
        (_options, _membership, _network, _time, _logger) = (options, membership, network, time, logger);
        _backends = backends.Select(b => new LenderBackend(b, new RemoteMetrics())).ToFrozenDictionary(b => b.Backend.Name, StringComparer.Ordinal);
        _lenders = [.. _backends.Values.Select(b => new Lenders(b.Backend, options, b.Metrics, time, logger))];
        _timer = time.CreateTimer(static leases => ((RemoteLeases)leases!).CheckOverdue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public string Purpose => PipePurpose;

    /// <summary>What is counted, by backend.</summary>
    public IEnumerable<KeyValuePair<string, RemoteMetrics>> Metrics => _backends.Select(b => KeyValuePair.Create(b.Key, b.Value.Metrics));

    /// <summary>Begins to borrow from the cluster's other members. Lending begins when the network calls <see cref="ServeAsync"/>.</summary>
    public void Start()
    {
        _membership.Changed += FollowMembers;
        Update();
        foreach (var lenders in _lenders)
        {
            lenders.Backend.Pool.Borrowings.Source = lenders;
        }

        _timer.Change(s_period, s_period);
    }

    /// <inheritdoc/>
    public async Task ServeAsync(PeerName from, Transport pipe, CancellationToken cancel)
    {
        var served = new LendPipe(from, pipe, _backends, () => MayLend(from), _time, _logger);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _lent[served] = ended.Task;
        try
        {
            using var abort = cancel.UnsafeRegister(static p => ((LendPipe)p!).Abort(), served);
            if (!Volatile.Read(ref _isStopped) && _lent.Keys.Count(p => p.Borrower == from) <= RemoteLeaseOptions.HighestMaxPerPeer)
            {
                await served.ServeAsync();
            }
        }
        catch (Exception exception)
        {
            RemoteLog.LendingFailed(_logger, exception, from.Name);
        }
        finally
        {
            served.Abort();
            _lent.TryRemove(served, out _);
            ended.SetResult();
        }
    }

    /// <summary>Lends no more, and waits until what is lent has come back: others' transactions end first. Completes at once when cancelled.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        Volatile.Write(ref _isDraining, true);
        while (!cancel.IsCancellationRequested && _backends.Values.Any(b => b.Backend.Pool.Lending.Count > 0))
        {
            await Task.Delay(s_drainInterval, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends all pipes. What is borrowed is lost to the sessions that hold it, and what is lent to others': drain first.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopped = true;
        }

        _membership.Changed -= FollowMembers;
        await _timer.DisposeAsync();
        foreach (var lenders in _lenders)
        {
            lenders.Backend.Pool.Borrowings.Source = null;
        }

        foreach (var link in _links)
        {
            link.Close();
        }

        var lent = _lent.ToArray();
        foreach (var (pipe, _) in lent)
        {
            pipe.Abort();
        }

        await Task.WhenAll(lent.Select(p => p.Value));
    }

    // A borrower may have a higher limit, and so more pipes than can be in use.
    private bool MayLend(PeerName borrower) =>
        !Volatile.Read(ref _isDraining) && _lent.Keys.Count(p => p.Borrower == borrower && p.IsLending) < _options.MaxPerPeer;

    private void FollowMembers(ClusterView before, ClusterView after) => Update();

    private void Update()
    {
        ClusterView view;
        PeerLink[] gone;
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            // The latest, whoever comes first: a start and a change may cross.
            view = _membership.View;
            var before = _links;
            _links = [.. view.Members.Values.Where(m => m.Name != _membership.Self.Name).Select(LinkTo)];
            gone = [.. before.Except(_links)];
            foreach (var lenders in _lenders)
            {
                lenders.Update(_links);
            }
        }

        foreach (var link in gone)
        {
            link.Close();
        }

        // A borrower that the cluster has given up will not give back what it has.
        foreach (var pipe in _lent.Keys.Where(p => !IsMember(view, p.Borrower)))
        {
            pipe.Abort();
        }
    }

    private PeerLink LinkTo(Member member)
    {
        if (Array.Find(_links, l => l.Member.Name == member.Name && l.Member.Incarnation == member.Incarnation) is not { } known)
        {
            return new PeerLink(member, _network, _options.MaxPerPeer, _time);
        }

        known.Member = member;
        return known;
    }

    private static bool IsMember(ClusterView view, PeerName peer) =>
        view.Members.TryGetValue(peer.Name, out var member) && member.Incarnation == peer.Incarnation;

    private void CheckOverdue()
    {
        foreach (var link in Volatile.Read(ref _links))
        {
            link.CheckOverdue();
        }
    }
}
