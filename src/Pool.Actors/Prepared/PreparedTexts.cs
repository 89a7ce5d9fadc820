namespace Pool.Actors.Prepared;

/// <summary>
/// The statement texts that sessions of one backend have prepared, and that its connections know. Each is kept while somebody
/// holds it; together they have a budget. Thread-safe.
/// </summary>
internal sealed class PreparedTexts
{
    /// <summary>The most bytes of all texts together: room for a hundred thousand long ones.</summary>
    public const long MaxBytes = 256L * 1024 * 1024;

    private readonly Dictionary<PreparedText, PreparedText> _texts = [];
    private readonly Lock _gate = new();
    private long _bytes;

    /// <summary>How many texts are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _texts.Count;
            }
        }
    }

    /// <summary>The text that equals this one, held for the caller; null if there is no room for another.</summary>
    public PreparedText? Acquire(PreparedText candidate)
    {
        lock (_gate)
        {
            if (!_texts.TryGetValue(candidate, out var text))
            {
                if (_bytes + candidate.Cost > MaxBytes)
                {
                    return null;
                }

                text = _texts[candidate] = candidate;
                _bytes += text.Cost;
            }

            text.References++;
            return text;
        }
    }

    /// <summary>Holds a text that is held once more.</summary>
    public void Hold(PreparedText text)
    {
        lock (_gate)
        {
            text.References++;
        }
    }

    /// <summary>Lets go of a text that was held.</summary>
    public void LetGo(PreparedText text)
    {
        lock (_gate)
        {
            if (--text.References == 0)
            {
                _texts.Remove(text);
                _bytes -= text.Cost;
            }
        }
    }
}
