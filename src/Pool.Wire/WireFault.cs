namespace Pool.Wire;

/// <summary>
/// Why bytes could not be understood: the one failure type of this library. Malformed input is an expected
/// event, so it is a returned value and never an exception.
/// </summary>
public enum WireFault : byte
{
    /// <summary>The bytes were well formed.</summary>
    None,

    /// <summary>The packet ends before a field that it must have.</summary>
    Truncated,

    /// <summary>A length-encoded integer or a length field has a value that cannot be.</summary>
    BadLength,

    /// <summary>The sequence number of a packet is not the one that follows the last.</summary>
    BadSequence,

    /// <summary>The packet is larger than the limit of its phase.</summary>
    TooLarge,

    /// <summary>The packet is well formed, but asks for what is not supported (an old protocol, say).</summary>
    Unsupported,

    /// <summary>A field has a value that is not allowed there.</summary>
    Malformed,
}
