namespace Pool.Actors.Runtime;

/// <summary>
/// A session's id: the connection id that its client was told. 31 bits, since drivers read it as a signed integer:
/// the owning node's slot (1-511) in the upper 9, a local number in the lower 22. Slot 0 is never ours, so that a server's
/// own thread id is not mistaken for a session.
/// </summary>
public readonly record struct SessionId(uint Value)
{
    /// <summary>Bits of the local number.</summary>
    public const int LocalBits = 22;

    /// <summary>The largest local number.</summary>
    public const uint MaxLocal = (1u << LocalBits) - 1;

    /// <summary>The largest slot.</summary>
    public const int MaxSlot = 511;

    /// <summary>The slot of the node that owns the session; 0 for a foreign id.</summary>
    public int Slot => (int)(Value >> LocalBits);

    /// <summary>The number within the node.</summary>
    public uint Local => Value & MaxLocal;

    /// <summary>Puts an id together.</summary>
    public static SessionId From(int slot, uint local) => new(((uint)slot << LocalBits) | (local & MaxLocal));

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
