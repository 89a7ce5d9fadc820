using System.Collections.Concurrent;

namespace Pool.Actors.Settings;

/// <summary>
/// Interns (class, settings) pairs for one backend. Thread-safe; reading is free of locks. Bounded: databases and collations
/// that exist bound it in practice, <see cref="Capacity"/> in the worst case.
/// </summary>
public sealed class FingerprintTable
{
    /// <summary>The most fingerprints of one backend. Their bitmaps cost 8 bytes per 64 connections each.</summary>
    public const int Capacity = 65_536;

    private readonly ConcurrentDictionary<(ConnectionClass, SessionSettings), Fingerprint> _indexes = new();
    private readonly Entry?[] _entries = new Entry?[Capacity];
    private readonly Lock _adding = new();
    private int _count;

    /// <summary>How many have been interned.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The fingerprint of a pair, or <see cref="Fingerprint.None"/> when the table is full.</summary>
    public Fingerprint Intern(ConnectionClass connectionClass, SessionSettings settings)
    {
        if (_indexes.TryGetValue((connectionClass, settings), out var known))
        {
            return known;
        }

        lock (_adding)
        {
            if (_indexes.TryGetValue((connectionClass, settings), out known))
            {
                return known;
            }

            if (_count == Capacity)
            {
                return Fingerprint.None;
            }

            var added = new Fingerprint(_count);
            _entries[_count] = new Entry(connectionClass, settings);
            Volatile.Write(ref _count, _count + 1);
            _indexes[(connectionClass, settings)] = added;
            return added;
        }
    }

    /// <summary>The class behind a fingerprint that this table made.</summary>
    public ConnectionClass ClassOf(Fingerprint fingerprint) => _entries[fingerprint.Index]!.Class;

    /// <summary>The settings behind a fingerprint that this table made.</summary>
    public SessionSettings SettingsOf(Fingerprint fingerprint) => _entries[fingerprint.Index]!.Settings;

    /// <summary>
    /// True if a connection that carries <paramref name="from"/> can be brought to <paramref name="to"/> without connecting anew:
    /// the same class, and not from a database to none, which no command can do.
    /// </summary>
    public bool CanRepaint(Fingerprint from, Fingerprint to)
    {
        if (from == Fingerprint.None)
        {
            return false;
        }

        var (a, b) = (_entries[from.Index]!, _entries[to.Index]!);
        return a.Class == b.Class && (a.Settings.Database is null || b.Settings.Database is not null);
    }

    private sealed record Entry(ConnectionClass Class, SessionSettings Settings);
}
