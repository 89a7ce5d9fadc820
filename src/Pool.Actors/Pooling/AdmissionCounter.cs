namespace Pool.Actors.Pooling;

/// <summary>
/// The only gate through which a connection comes to be. The places taken, how many of those are closing, and the most that there
/// may be are one word, so that "is there room" and "is there one too many" are answered once, and that nobody enters by a
/// limit that was lowered a moment ago: a share is given to another node on the strength of this. Thread-safe, free of locks.
/// </summary>
internal sealed class AdmissionCounter(int limit)
{
    private const int Bits = 20;
    private const long Mask = (1L << Bits) - 1;
    private const long OneActive = 1;
    private const long OneClosing = 1L << Bits;
    private const int LimitShift = 2 * Bits;
    private long _word = (long)limit << LimitShift;

    /// <summary>Places taken: idle, leased, connecting and closing.</summary>
    public int Active => ActiveOf(Volatile.Read(ref _word));

    /// <summary>The most places; may be below <see cref="Active"/> after it was lowered.</summary>
    public int Limit
    {
        get => LimitOf(Volatile.Read(ref _word));
        set
        {
            long word;
            do
            {
                word = Volatile.Read(ref _word);
            }
            while (Interlocked.CompareExchange(ref _word, (word & ((1L << LimitShift) - 1)) | ((long)value << LimitShift), word) != word);
        }
    }

    /// <summary>True if a place is free now.</summary>
    public bool HasRoom => Volatile.Read(ref _word) is var word && ActiveOf(word) < LimitOf(word);

    /// <summary>True if more connections are open than the limit allows, those that are closing already not counted.</summary>
    public bool HasExcess => Volatile.Read(ref _word) is var word && OpenOf(word) > LimitOf(word);

    /// <summary>Takes a place.</summary>
    public bool TryEnter()
    {
        while (true)
        {
            var word = Volatile.Read(ref _word);
            if (ActiveOf(word) >= LimitOf(word))
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _word, word + OneActive, word) == word)
            {
                return true;
            }
        }
    }

    /// <summary>Counts one as closing if there are too many; its owner closes it then.</summary>
    public bool TryShed()
    {
        while (true)
        {
            var word = Volatile.Read(ref _word);
            if (OpenOf(word) <= LimitOf(word))
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _word, word + OneClosing, word) == word)
            {
                return true;
            }
        }
    }

    /// <summary>Counts one as closing. Its place stays taken.</summary>
    public void BeginClose() => Interlocked.Add(ref _word, OneClosing);

    /// <summary>Gives back the place of one that was counted as closing.</summary>
    public void LeaveClosed() => Interlocked.Add(ref _word, -OneActive - OneClosing);

    /// <summary>Gives back the place of one that never opened.</summary>
    public void Leave() => Interlocked.Add(ref _word, -OneActive);

    private static int ActiveOf(long word) => (int)(word & Mask);

    private static int LimitOf(long word) => (int)(word >> LimitShift);

    private static int OpenOf(long word) => ActiveOf(word) - (int)((word >> Bits) & Mask);
}
