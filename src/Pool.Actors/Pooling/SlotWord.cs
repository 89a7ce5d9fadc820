using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// Who owns a slot, in 64 bits that change by compare-and-swap only: state (3 bits), fingerprint while idle (15), a tag that
/// counts how often the slot fell idle (14), and the coarse millisecond at which it did (32). The fingerprint is part of the
/// word, so a claim takes exactly what was matched; the tag makes a word that was read before a lease and return differ from
/// the one after it.
/// </summary>
internal readonly record struct SlotWord(long Bits)
{
    private const int FingerprintShift = 3;
    private const int TagShift = 18;
    private const int SinceShift = 32;
    private const long TagMask = 0x3FFFL << TagShift;

    public SlotState State => (SlotState)(Bits & 7);

    public Fingerprint Fingerprint => new((int)((Bits >> FingerprintShift) & 0x7FFF) - 1);

    /// <summary>The coarse millisecond at which the slot fell idle; wraps after 49 days.</summary>
    public uint IdleSince => (uint)(Bits >> SinceShift);

    /// <summary>For how many milliseconds an idle slot has been idle.</summary>
    public uint IdleFor(long now) => unchecked((uint)now - IdleSince);

    /// <summary>The same slot in a state that is not idle.</summary>
    public SlotWord To(SlotState state) => new((Bits & TagMask) | (long)state);

    /// <summary>The same slot, fallen idle.</summary>
    public SlotWord ToIdle(Fingerprint fingerprint, uint since) => new(
        ((long)since << SinceShift)
        | ((Bits + (1L << TagShift)) & TagMask)
        | ((long)(fingerprint.Index + 1) << FingerprintShift)
        | (long)SlotState.Idle);
}

/// <summary>
/// The states of a slot. Idle is the only one that everybody may leave; the others belong to whoever entered them.
/// </summary>
internal enum SlotState
{
    /// <summary>No connection.</summary>
    Free,

    /// <summary>A connect is under way.</summary>
    Connecting,

    /// <summary>Open, and to be had by whoever swaps the word.</summary>
    Idle,

    /// <summary>Owned by a session, a reset, or the janitor for a moment.</summary>
    Leased,

    /// <summary>Given up; the place is taken until the server has ended the connection.</summary>
    Closing,
}
