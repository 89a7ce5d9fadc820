using Pool.Wire.Commands;

namespace Pool.Actors.Prepared;

/// <summary>The types of all parameters of a statement, as a client sent them. Immutable.</summary>
internal sealed class BoundTypes
{
    /// <summary>What a server remembers is not known.</summary>
    public static readonly BoundTypes Unknown = new([]);

    private readonly byte[] _bytes;
    private readonly ParameterKind[] _kinds;

    /// <summary>Two bytes for each parameter.</summary>
    public BoundTypes(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes.ToArray();
        _kinds = new ParameterKind[_bytes.Length / 2];
        for (var i = 0; i < _kinds.Length; i++)
        {
            _kinds[i] = ParameterKinds.Of(_bytes[2 * i], _bytes[(2 * i) + 1]);
        }
    }

    /// <summary>Two bytes for each parameter.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>
    /// True if a value would become of a kind here that it has neither by what the session itself has bound nor by itself. Null stands
    /// for a statement that was never executed.
    /// </summary>
    public bool WouldShow(ParameterKind[]? here, ParameterKind[]? own)
    {
        for (var i = 0; i < _kinds.Length && !ReferenceEquals(here, own); i++)
        {
            var (kind, becomes) = (_kinds[i], ParameterKinds.After(KindOf(here, i), _kinds[i]));
            if (kind != ParameterKind.None && becomes != kind && becomes != ParameterKinds.After(KindOf(own, i), kind))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// True if one of these is no text where a session may send long data: for the parameter that it does so for, or for one that
    /// it has not bound as anything else itself.
    /// </summary>
    public bool WouldMisread(int parameter, BoundTypes own)
    {
        for (var i = 0; i < _kinds.Length; i++)
        {
            if (!IsText(_kinds[i]) && (i == parameter || IsText(own._kinds[i])))
            {
                return true;
            }
        }

        return ReferenceEquals(this, Unknown);
    }

    /// <summary>True if a parameter is of another kind here than by what the session itself has bound, and not a text.</summary>
    public static bool AreOthers(ParameterKind[]? here, ParameterKind[]? own)
    {
        for (var i = 0; i < here?.Length; i++)
        {
            if (!IsText(here[i]) && here[i] != KindOf(own, i))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The kinds of a statement's parameters after these were bound. Allocates only where that is news.</summary>
    public ParameterKind[] After(ParameterKind[]? before)
    {
        if (ReferenceEquals(before, _kinds) || (before is not null && IsUnchanged(before)))
        {
            return before;
        }

        var after = new ParameterKind[_kinds.Length];
        for (var i = 0; i < after.Length; i++)
        {
            after[i] = ParameterKinds.After(KindOf(before, i), _kinds[i]);
        }

        // All that bind the same from the beginning share one.
        return after.AsSpan().SequenceEqual(_kinds) ? _kinds : after;
    }

    private bool IsUnchanged(ParameterKind[] before)
    {
        for (var i = 0; i < _kinds.Length; i++)
        {
            if (ParameterKinds.After(before[i], _kinds[i]) != before[i])
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsText(ParameterKind kind) => kind is ParameterKind.None or ParameterKind.Text;

    private static ParameterKind KindOf(ParameterKind[]? kinds, int index) => kinds is null ? ParameterKind.Text : kinds[index];
}
