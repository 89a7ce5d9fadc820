using Pool.Wire.Replies;

namespace Pool.Testing.Replies;

/// <summary>What an OK packet or the end of a result set says.</summary>
/// <param name="Status">The status flags, without the one for <paramref name="Changes"/>.</param>
/// <param name="Changes">The session state changes, as of <see cref="StateChange"/>; null for none.</param>
public sealed record OkFields(
    ServerStatus Status = ServerStatus.Autocommit,
    ulong AffectedRows = 0,
    ulong InsertId = 0,
    ushort Warnings = 0,
    string Info = "",
    byte[]? Changes = null);
