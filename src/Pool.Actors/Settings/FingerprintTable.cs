namespace Pool.Actors.Settings;

/// <summary>
/// Interns (class, settings) pairs for one backend. Sessions and connections hold references; a pair that nobody refers to keeps its
/// number, and what is remembered with it, until the table is full and another needs the place: the one that was let go first, first.
/// Thread-safe; reading what a held fingerprint stands for is free of locks.
/// </summary>
public sealed class FingerprintTable
{
    /// <summary>The most fingerprints of one backend. Their bitmaps cost 8 bytes per 64 connections each; a slot's word has 15 bits for one.</summary>
    public const int Capacity = 16_384;

    private readonly Dictionary<(ConnectionClass, SessionSettings), FingerprintEntry> _byValue = [];
    private readonly FingerprintEntry?[] _entries = new FingerprintEntry?[Capacity];
    private readonly Queue<FingerprintEntry> _unheld = new();
    private readonly Lock _gate = new();
    private VariableCatalogue? _catalogue;
    private Baseline? _latest;
    private long _lastReading;
    private long _latestReading;
    private int _count;

    /// <summary>The server's variables; null until they have been learned.</summary>
    public VariableCatalogue? Catalogue
    {
        get => Volatile.Read(ref _catalogue);
        set => Volatile.Write(ref _catalogue, value);
    }

    /// <summary>The baseline that was read last, on which new sessions start; null until one was read.</summary>
    public Baseline? Latest => Volatile.Read(ref _latest);

    /// <summary>How many are interned, held or not.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>What a fingerprint stands for; the caller knows that somebody holds it.</summary>
    public FingerprintEntry this[Fingerprint fingerprint] => Volatile.Read(ref _entries[fingerprint.Index])!;

    /// <summary>What those stand for that are held; one after the other as the caller asks for them.</summary>
    public IEnumerable<FingerprintEntry> Held()
    {
        for (var index = 0; index < Count; index++)
        {
            if (Volatile.Read(ref _entries[index]) is { References: > 0 } entry)
            {
                yield return entry;
            }
        }
    }

    /// <summary>Begins to read the values that a connection has right after a reset. Answers when that was, among all such readings.</summary>
    public long BeginBaseline() => Interlocked.Increment(ref _lastReading);

    /// <summary>
    /// Takes note of the values that a connection had right after a reset. New sessions start on them, unless a reading that began later
    /// was done first: that one saw what was set in between.
    /// </summary>
    public Baseline NoteBaseline(VariableCatalogue catalogue, string[] values, long reading)
    {
        var read = new Baseline(catalogue, values);
        lock (_gate)
        {
            if (_latest is { } latest && latest.Equals(read))
            {
                read = latest;
            }

            if (reading >= _latestReading)
            {
                _latestReading = reading;
                Volatile.Write(ref _latest, read);
            }
        }

        return read;
    }

    /// <summary>The fingerprint of a pair, held for the caller; <see cref="Fingerprint.None"/> when the table is full of held ones.</summary>
    public Fingerprint Acquire(ConnectionClass connectionClass, SessionSettings settings)
    {
        lock (_gate)
        {
            var entry = Find(connectionClass, settings);
            if (entry is null)
            {
                return Fingerprint.None;
            }

            entry.References++;
            return entry.Fingerprint;
        }
    }

    /// <summary>Holds a fingerprint once more.</summary>
    public void Hold(Fingerprint fingerprint)
    {
        if (fingerprint != Fingerprint.None)
        {
            lock (_gate)
            {
                this[fingerprint].References++;
            }
        }
    }

    /// <summary>Lets go of a fingerprint that was held.</summary>
    public void LetGo(Fingerprint fingerprint)
    {
        if (fingerprint != Fingerprint.None)
        {
            lock (_gate)
            {
                LetGo(this[fingerprint]);
            }
        }
    }

    /// <summary>The settings behind a fingerprint that is held.</summary>
    public SessionSettings SettingsOf(Fingerprint fingerprint) => this[fingerprint].Settings;

    /// <summary>The class behind a fingerprint that is held.</summary>
    public ConnectionClass ClassOf(Fingerprint fingerprint) => this[fingerprint].Class;

    /// <summary>
    /// True if a connection that carries <paramref name="from"/> can be brought to <paramref name="to"/> without connecting anew:
    /// the same class and server, and not from a database to none, which no command can do.
    /// </summary>
    public bool CanRepaint(Fingerprint from, Fingerprint to)
    {
        if (from == Fingerprint.None || Volatile.Read(ref _entries[from.Index]) is not { } a)
        {
            return false;
        }

        var b = this[to];
        return a.Class == b.Class && ReferenceEquals(a.Settings.Baseline.Catalogue, b.Settings.Baseline.Catalogue)
            && (a.Settings.Database is null || b.Settings.Database is not null);
    }

    private FingerprintEntry? Find(ConnectionClass connectionClass, SessionSettings settings)
    {
        if (_byValue.TryGetValue((connectionClass, settings), out var known))
        {
            return known;
        }

        // What is painted for it is held by it.
        var painted = settings.Painted();
        var paintedEntry = ReferenceEquals(painted, settings) ? null : Find(connectionClass, painted);
        if (paintedEntry is not null)
        {
            paintedEntry.References += 1;
        }
        else if (!ReferenceEquals(painted, settings))
        {
            return null;
        }

        if (FreeIndex() is not { } index)
        {
            if (paintedEntry is not null)
            {
                LetGo(paintedEntry);
            }

            return null;
        }

        var entry = new FingerprintEntry(new Fingerprint(index), connectionClass, settings, paintedEntry?.Fingerprint);
        Volatile.Write(ref _entries[index], entry);
        _byValue[(connectionClass, settings)] = entry;
        return entry;
    }

    private int? FreeIndex()
    {
        if (_count < Capacity)
        {
            Volatile.Write(ref _count, _count + 1);
            return _count - 1;
        }

        while (_unheld.TryDequeue(out var entry))
        {
            entry.IsQueued = false;
            if (entry.References == 0)
            {
                _byValue.Remove((entry.Class, entry.Settings));
                if (entry.Painted != entry.Fingerprint)
                {
                    LetGo(this[entry.Painted]);
                }

                return entry.Fingerprint.Index;
            }
        }

        return null;
    }

    private void LetGo(FingerprintEntry entry)
    {
        if (--entry.References == 0 && !entry.IsQueued)
        {
            entry.IsQueued = true;
            _unheld.Enqueue(entry);
        }
    }
}
