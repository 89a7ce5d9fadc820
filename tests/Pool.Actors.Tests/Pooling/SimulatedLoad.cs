using System.Collections.Concurrent;
using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

/// <summary>
/// Sessions of several kinds that ask a pool again and again, in simulated time and on one thread, wherever the pool completes their waits. A
/// connection carries its new settings when the statement has ended, as on a network, not when it is granted.
/// </summary>
internal sealed class SimulatedLoad
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly PriorityQueue<Action, (double Time, long Number)> _events = new();
    private readonly LinkedList<Member> _waiting = new();
    private readonly BlockingCollection<(LinkedListNode<Member> Place, FakeConnection Connection)> _granted = [];
    private readonly PoolFixture _pool;
    private readonly Random _random;
    private double _now;
    private long _number;

    private SimulatedLoad(PoolFixture pool, int seed) => (_pool, _random) = (pool, new Random(seed));

    /// <summary>Leases granted.</summary>
    public int Grants { get; private set; }

    /// <summary>Leases of a connection that carried something else.</summary>
    public int Repaints { get; private set; }

    /// <summary>The most waiters who came after one and were served before it.</summary>
    public int MostPassed { get; private set; }

    /// <summary>The waits of each kind, in seconds.</summary>
    public List<double>[] Waits { get; private set; } = [];

    public double RepaintsPerThousand => 1000.0 * Repaints / Grants;

    /// <summary>Lets the load settle, and counts what happens after that.</summary>
    public static async Task<SimulatedLoad> RunAsync(int connections, IReadOnlyList<Kind> kinds, int seed, int grants = 20_000)
    {
        var clock = new Clock();
        await using var pool = new PoolFixture(connections, time: clock, seed: seed);
        await pool.FillAsync(pool.Of("kind0"), connections);
        var load = new SimulatedLoad(pool, seed);
        clock.Load = load;
        for (var index = 0; index < kinds.Count; index++)
        {
            for (var i = 0; i < kinds[index].Sessions; i++)
            {
                var member = new Member(kinds[index], index, pool.Of($"kind{index}"));
                load.After(member.Kind.Thought, () => load.Ask(member));
            }
        }

        load.Run(kinds.Count, grants / 2);
        load.Run(kinds.Count, grants);
        return load;
    }

    private void Run(int kinds, int grants)
    {
        (Grants, Repaints, MostPassed) = (0, 0, 0);
        Waits = [.. Enumerable.Range(0, kinds).Select(_ => new List<double>())];
        while (Grants < grants)
        {
            if (_granted.TryTake(out var granted, _events.Count == 0 ? s_patience : TimeSpan.Zero))
            {
                Serve(granted.Place, granted.Connection);
                continue;
            }

            Assert.True(_events.TryDequeue(out var next, out var at), "everybody waits for ever");
            _now = at.Time;
            next();
        }
    }

    private void Ask(Member member)
    {
        (member.Asked, member.Passed) = (_now, 0);
        var place = _waiting.AddLast(member);
        var lease = _pool.Pool.LeaseAsync(member.Waiter, member.Needed).AsTask();
        lease.ContinueWith(
            granted => _granted.Add((place, (FakeConnection)granted.Result.Connection!)),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Serve(LinkedListNode<Member> place, FakeConnection connection)
    {
        for (var before = place.Previous; before is not null; before = before.Previous)
        {
            before.Value.Passed++;
        }

        var member = place.Value;
        _waiting.Remove(place);
        Grants++;
        Repaints += connection.Fingerprint == member.Needed ? 0 : 1;
        MostPassed = Math.Max(MostPassed, member.Passed);
        Waits[member.Index].Add(_now - member.Asked);
        After(member.Kind.Statement, () =>
        {
            connection.Paint(member.Needed);
            if (member.Kind.Batch > 0)
            {
                Enqueue((Math.Floor(_now / member.Kind.Batch) + 1) * member.Kind.Batch, () => Ask(member));
            }
            else
            {
                After(member.Kind.Thought, () => Ask(member));
            }

            _pool.Pool.Return(connection);
        });
    }

    private void After(double mean, Action action) => Enqueue(_now - (mean * Math.Log(1 - _random.NextDouble())), action);

    private void Enqueue(double time, Action action) => _events.Enqueue(action, (time, ++_number));

    /// <summary>
    /// What sessions of one kind do. Times are means of exponential distributions, in seconds; but for a batch, if there is one: the sessions
    /// ask again all at once, whenever so much time has passed.
    /// </summary>
    public sealed record Kind(int Sessions, double Statement = 0.001, double Thought = 0, string User = "ann", double Batch = 0);

    /// <summary>The simulated time. No timer is ever due.</summary>
    private sealed class Clock : TimeProvider
    {
        private readonly ManualTime _still = new();

        public SimulatedLoad? Load { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => 1 + (long)((Load?._now ?? 0) * TimeSpan.TicksPerSecond);

        public override DateTimeOffset GetUtcNow() => _still.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _still.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class Member(Kind kind, int index, Fingerprint needed)
    {
        public Kind Kind => kind;

        public int Index => index;

        public Fingerprint Needed => needed;

        public Waiter Waiter { get; } = new(kind.User);

        public double Asked { get; set; }

        public int Passed { get; set; }
    }
}
