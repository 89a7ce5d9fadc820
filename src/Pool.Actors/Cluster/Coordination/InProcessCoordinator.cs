using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Pool.Actors.Cluster.Coordination;

/// <summary>
/// The coordinator of a node that is alone, in its memory: nothing outlives the process. Its leases expire on the clock that it is given.
/// </summary>
public sealed class InProcessCoordinator(TimeProvider time) : ICoordinator
{
    private readonly Lock _changing = new();
    private readonly Dictionary<long, InProcessLease> _leases = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableSortedDictionary<string, CoordinationEntry> _entries = CoordinationView.Empty.Entries;
    private long _revision = 1;
    private long _lastLease;

    /// <inheritdoc/>
    public ValueTask<CoordinationView?> ReadAsync(string prefix, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult<CoordinationView?>(Read(prefix).View);
    }

    /// <inheritdoc/>
    public ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_changing)
        {
            if (commit.Expected.Any(e => (_entries.TryGetValue(e.Key, out var entry) ? entry.ModRevision : 0) != e.ModRevision)
                || commit.Puts.Any(p => p.LeaseId != 0 && !_leases.ContainsKey(p.LeaseId)))
            {
                return ValueTask.FromResult(CommitResult.Conflict);
            }

            var revision = _revision + 1;
            var puts = commit.Puts.Select(p => new CoordinationEntry(
                p.Key, p.Value, _entries.TryGetValue(p.Key, out var old) ? old.CreateRevision : revision, revision, p.LeaseId));
            Replace(_entries.RemoveRange(commit.Deletes).SetItems(puts.Select(e => KeyValuePair.Create(e.Key, e))));
        }

        return ValueTask.FromResult(CommitResult.Done);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CoordinationView> FollowAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (CoordinationView? last = null; ;)
        {
            cancel.ThrowIfCancellationRequested();
            var (view, changed) = Read(prefix);
            if (last?.ShowsSameAs(view) != true)
            {
                yield return last = view;
            }

            await changed.WaitAsync(cancel);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ICoordinationLease?> GrantAsync(TimeSpan timeToLive, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult<ICoordinationLease?>(Grant(timeToLive, static () => true));
    }

    /// <summary>Begins a lease whose holder can renew it only while <paramref name="reachable"/> says so.</summary>
    public ICoordinationLease Grant(TimeSpan timeToLive, Func<bool> reachable)
    {
        lock (_changing)
        {
            var lease = new InProcessLease(++_lastLease, timeToLive, reachable, End, time);
            _leases.Add(lease.Id, lease);
            return lease;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        InProcessLease[] leases;
        lock (_changing)
        {
            leases = [.. _leases.Values];
        }

        foreach (var lease in leases)
        {
            await lease.DisposeAsync();
        }
    }

    private (CoordinationView View, Task Changed) Read(string prefix)
    {
        lock (_changing)
        {
            var below = _entries.Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal)).ToImmutableSortedDictionary(StringComparer.Ordinal);
            return (new CoordinationView(_revision, below), _changed.Task);
        }
    }

    private void End(InProcessLease lease)
    {
        lock (_changing)
        {
            if (_leases.Remove(lease.Id))
            {
                Replace(_entries.RemoveRange(_entries.Values.Where(e => e.LeaseId == lease.Id).Select(e => e.Key)));
            }
        }
    }

    private void Replace(ImmutableSortedDictionary<string, CoordinationEntry> entries)
    {
        if (entries != _entries)
        {
            (_entries, _revision) = (entries, _revision + 1);
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }
}
