namespace Pool.Actors.Settings;

/// <summary>
/// A small integer that stands, on this node and for one backend, for a <see cref="ConnectionClass"/> and
/// <see cref="SessionSettings"/>: equal fingerprints mean equal values, so that leasing compares integers.
/// Made by <see cref="FingerprintTable"/> only.
/// </summary>
public readonly record struct Fingerprint(int Index)
{
    /// <summary>No fingerprint: a connection whose state is not known.</summary>
    public static readonly Fingerprint None = new(-1);
}
