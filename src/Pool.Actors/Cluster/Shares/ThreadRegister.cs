using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// Announces every server thread of this node in the store before it logs in, so that a survivor finds them all: no server shows
/// everybody whose a connection is. An announcement depends on the node's life, so that after its loss no other can follow; many
/// connects share one. Thread-safe.
/// </summary>
/// <param name="membership">Proves that the node is not lost.</param>
/// <param name="coordinator">The store.</param>
/// <param name="backend">The backend's name.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it tells.</param>
public sealed class ThreadRegister(IMembership membership, ICoordinator coordinator, string backend, TimeProvider time, ILogger logger)
    : IConnectGate
{
    // Well within the limit of etcd for the operations of one commit.
    private const int MostDeletes = 64;

    /// <summary>A server notices a given up login at once, unless it is in trouble.</summary>
    private static readonly TimeSpan s_doubt = TimeSpan.FromMinutes(1);

    private readonly ShareKeys _keys = new(membership.Cluster, backend);
    private readonly Lock _gate = new();
    private readonly Queue<(long Since, Announcement What)> _doubtful = new();
    private readonly List<string> _ended = [];
    private Life? _life;
    private Batch? _next;
    private bool _isWriting;
    private long _lastBatch;

    /// <inheritdoc/>
    public bool IsOpen => Volatile.Read(ref _life) is { } life && Holds(life);

    /// <summary>Begins a life of the node: from now on connects are permitted.</summary>
    /// <param name="incarnation">Which one.</param>
    /// <param name="revision">The revision of its life in the store.</param>
    public void Begin(Incarnation incarnation, long revision)
    {
        lock (_gate)
        {
            _doubtful.Clear();
            _ended.Clear();
            Volatile.Write(ref _life, new Life(incarnation, revision, AttributesOf(incarnation)));
        }
    }

    /// <summary>Ends the life: nothing is permitted any more. What it has announced stays in the store.</summary>
    public void End() => Volatile.Write(ref _life, null);

    /// <inheritdoc/>
    public IConnectPermit? TryBegin() => Volatile.Read(ref _life) is { } life && Holds(life) ? new Permit(this, life) : null;

    private bool Holds(Life life) =>
        ReferenceEquals(life, Volatile.Read(ref _life)) && membership.IsProven && membership.Self.Incarnation == life.Incarnation;

    private KeyValuePair<string, string>[] AttributesOf(Incarnation incarnation) =>
    [
        new("pool_cluster", membership.Cluster),
        new("pool_node", membership.Self.Name),
        new("pool_incarnation", incarnation.ToString()),
    ];

    /// <summary>Puts a thread into the next commit; null if the life is over.</summary>
    private Announcement? Announce(Life life, ulong threadId, string user)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(life, _life))
            {
                return null;
            }

            var batch = _next ??= new Batch(life, _keys.Batch(life.Incarnation, ++_lastBatch));
            batch.Threads[threadId] = user;
            if (!_isWriting)
            {
                _isWriting = true;
                _ = WriteAsync();
            }

            return new Announcement(batch, threadId);
        }
    }

    // One commit after the other; what is announced meanwhile is the next one.
    private async Task WriteAsync()
    {
        // Not under the gate.
        await Task.Yield();
        while (TakeNext(out var ended) is { } batch)
        {
            var result = CommitResult.Unknown;
            try
            {
                var commit = new Commit()
                    .Expect(_keys.Life(batch.Life.Incarnation), batch.Life.Revision)
                    .Put(batch.Key, JsonSerializer.SerializeToUtf8Bytes(batch.Announced, ShareJson.Default.ThreadBatch));
                result = await coordinator.CommitAsync(ended.Aggregate(commit, static (c, key) => c.Delete(key)), CancellationToken.None);
            }
            catch (Exception exception)
            {
                ShareLog.Unexpected(logger, exception, backend, "an announcement");
            }

            Written(batch, ended, result);
        }
    }

    private Batch? TakeNext(out IReadOnlyList<string> ended)
    {
        lock (_gate)
        {
            // One that is not written yet cannot be taken out.
            while (_doubtful.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) > s_doubt && oldest.What.Batch != _next)
            {
                Forget(_doubtful.Dequeue().What);
            }

            var batch = _next;
            _next = null;
            _isWriting = batch is not null;
            ended = batch is null ? [] : _ended.Take(MostDeletes).ToImmutableArray();
            if (batch is not null)
            {
                batch.Announced = new(ClusterProtocol.Current, [.. batch.Threads.Keys], [.. batch.Threads.Values]);
            }

            return batch;
        }
    }

    private void Written(Batch batch, IReadOnlyList<string> ended, CommitResult result)
    {
        lock (_gate)
        {
            if (result == CommitResult.Done)
            {
                _ended.RemoveAll(ended.Contains);
            }
        }

        // Unknown is no: the announcement may be there, and then says too much.
        batch.Written.SetResult(result == CommitResult.Done);
    }

    private void GiveUp(Announcement announcement)
    {
        lock (_gate)
        {
            _doubtful.Enqueue((time.GetTimestamp(), announcement));
        }
    }

    private void Ended(Announcement announcement)
    {
        lock (_gate)
        {
            Forget(announcement);
        }
    }

    // The announcement and not the number: a server that was restarted counts anew, and the number may be another connection's by now.
    private void Forget(Announcement announcement)
    {
        var batch = announcement.Batch;
        if (ReferenceEquals(batch.Life, _life) && batch.Threads.Remove(announcement.ThreadId) && batch.Threads.Count == 0)
        {
            _ended.Add(batch.Key);
        }
    }

    private sealed record Announcement(Batch Batch, ulong ThreadId);

    private sealed record Life(Incarnation Incarnation, long Revision, IReadOnlyCollection<KeyValuePair<string, string>> Attributes);

    private sealed class Batch(Life life, string key)
    {
        public Life Life { get; } = life;

        public string Key { get; } = key;

        /// <summary>Those that have not ended, and whom they log in as.</summary>
        public Dictionary<ulong, string> Threads { get; } = [];

        /// <summary>What is written.</summary>
        public ThreadBatch? Announced { get; set; }

        public TaskCompletionSource<bool> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Permit(ThreadRegister register, Life life) : IConnectPermit
    {
        private Announcement? _announced;

        public IReadOnlyCollection<KeyValuePair<string, string>> Attributes => life.Attributes;

        public bool Holds => register.Holds(life);

        public bool IsRevoked => !ReferenceEquals(life, Volatile.Read(ref register._life));

        public async ValueTask<bool> AnnounceAsync(ulong threadId, string user, CancellationToken cancel)
        {
            _announced = register.Announce(life, threadId, user);
            try
            {
                // The proof is looked at last: it says that nobody has begun to look for the announced.
                return _announced is { Batch.Written.Task: var written } && await written.WaitAsync(cancel) && Holds;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        public void GiveUp()
        {
            if (_announced is not null)
            {
                register.GiveUp(_announced);
            }
        }

        public void Ended()
        {
            if (_announced is not null)
            {
                register.Ended(_announced);
            }
        }
    }
}
