namespace Pool.Actors.Pooling;

/// <summary>
/// The only gate through which a connection comes to be: counts the places taken, and how many of those are closing, in one
/// word, so that "is there room" and "is there one too many" are answered once. Thread-safe, free of locks.
/// </summary>
internal sealed class AdmissionCounter(int limit)
{
    private const long OneActive = 1;
    private const long OneClosing = 1L << 32;
    private long _word;
    private int _limit = limit;

    /// <summary>Places taken: idle, leased, connecting and closing.</summary>
    public int Active => ActiveOf(Volatile.Read(ref _word));

    /// <summary>The most places; may be below <see cref="Active"/> after it was lowered.</summary>
    public int Limit
    {
        get => Volatile.Read(ref _limit);
        set => Interlocked.Exchange(ref _limit, value);
    }

    /// <summary>True if a place is free now.</summary>
    public bool HasRoom => Active < Limit;

    /// <summary>True if more connections are open than the limit allows, those that are closing already not counted.</summary>
    public bool HasExcess => OpenOf(Volatile.Read(ref _word)) > Limit;

    /// <summary>Takes a place.</summary>
    public bool TryEnter()
    {
        while (true)
        {
            var word = Volatile.Read(ref _word);
            if (ActiveOf(word) >= Limit)
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
        while (HasExcess)
        {
            var word = Volatile.Read(ref _word);
            if (OpenOf(word) > Limit && Interlocked.CompareExchange(ref _word, word + OneClosing, word) == word)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Counts one as closing. Its place stays taken.</summary>
    public void BeginClose() => Interlocked.Add(ref _word, OneClosing);

    /// <summary>Gives back the place of one that was counted as closing.</summary>
    public void LeaveClosed() => Interlocked.Add(ref _word, -OneActive - OneClosing);

    /// <summary>Gives back the place of one that never opened.</summary>
    public void Leave() => Interlocked.Add(ref _word, -OneActive);

    private static int ActiveOf(long word) => (int)(word & uint.MaxValue);

    private static int OpenOf(long word) => ActiveOf(word) - (int)(word >> 32);
}
