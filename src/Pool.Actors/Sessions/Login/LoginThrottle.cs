namespace Pool.Actors.Sessions.Login;

/// <summary>
/// Slows guessing down: after a few failures of one user from one address, each further attempt has to wait twice as long as
/// the last, and attempts made at the same time wait one behind the other. A success, or some quiet, clears the record.
/// Remembers a bounded number of pairs; the one that failed longest ago goes first. Safe to use from any thread.
/// </summary>
public sealed class LoginThrottle(TimeProvider time)
{
    /// <summary>Failures without consequences: people mistype.</summary>
    public const int FreeFailures = 3;

    /// <summary>Pairs that are remembered at most; a few hundred bytes each.</summary>
    public const int Capacity = 4096;

    private const int MaxKeyChars = 64;

    /// <summary>The wait after the first failure that has one.</summary>
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait: under the usual deadline of a login, so that the right password still gets in.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(4);

    /// <summary>A record is forgotten after this long without a failure.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string User, string Address), LinkedListNode<Record>> _records = [];

    // Oldest failure first.
    private readonly LinkedList<Record> _byAge = [];

    /// <summary>Pairs that are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _records.Count;
            }
        }
    }

    /// <summary>Registers an attempt and answers how long it must wait before the password may be looked at.</summary>
    public TimeSpan Enter(string user, string address)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            Forget(now);
            if (!_records.TryGetValue(Key(user, address), out var node) || node.Value.Failures < FreeFailures)
            {
                return TimeSpan.Zero;
            }

            var record = node.Value;
            var start = Math.Max(now, record.NextStart);
            record.NextStart = start + Ticks(Delay(record.Failures));
            var wait = time.GetElapsedTime(now, start);
            return wait < MaxDelay ? wait : MaxDelay;
        }
    }

    /// <summary>The attempt failed.</summary>
    public void Failed(string user, string address)
    {
        lock (_gate)
        {
            var key = Key(user, address);
            var now = time.GetTimestamp();
            if (_records.TryGetValue(key, out var node))
            {
                _byAge.Remove(node);
            }
            else
            {
                node = new LinkedListNode<Record>(new Record(key));
                _records.Add(key, node);
            }

            var record = node.Value;
            record.Failures++;
            record.LastFailure = now;
            if (record.Failures >= FreeFailures)
            {
                record.NextStart = Math.Max(record.NextStart, now + Ticks(Delay(record.Failures)));
            }

            _byAge.AddLast(node);
            if (_records.Count > Capacity)
            {
                RemoveOldest();
            }
        }
    }

    /// <summary>The attempt succeeded: the record is clean.</summary>
    public void Succeeded(string user, string address)
    {
        lock (_gate)
        {
            if (_records.Remove(Key(user, address), out var node))
            {
                _byAge.Remove(node);
            }
        }
    }

    private static TimeSpan Delay(int failures)
    {
        var doublings = Math.Min(failures - FreeFailures, 16);
        var delay = FirstDelay * (1 << doublings);
        return delay < MaxDelay ? delay : MaxDelay;
    }

    // Names are the attacker's choice, so their length is bounded as well.
    private static (string User, string Address) Key(string user, string address) =>
        (user.Length <= MaxKeyChars ? user : user[..MaxKeyChars], address);

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private void Forget(long now)
    {
        while (_byAge.First is { } oldest && time.GetElapsedTime(oldest.Value.LastFailure, now) > Memory)
        {
            RemoveOldest();
        }
    }

    private void RemoveOldest()
    {
        var oldest = _byAge.First!;
        _byAge.RemoveFirst();
        _records.Remove(oldest.Value.Key);
    }

    private sealed class Record((string User, string Address) key)
    {
        public (string User, string Address) Key { get; } = key;

        public int Failures { get; set; }

        public long LastFailure { get; set; }

        /// <summary>When the next attempt may be looked at, as a timestamp.</summary>
        public long NextStart { get; set; }
    }
}
