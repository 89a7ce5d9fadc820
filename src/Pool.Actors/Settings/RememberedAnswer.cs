using Pool.Actors.Sessions;

namespace Pool.Actors.Settings;

/// <summary>What a statement did and answered.</summary>
/// <param name="Reply">The packets that went to the client.</param>
/// <param name="After">The session's settings afterwards.</param>
/// <param name="Rows">The rows of the answer; null if it was an OK.</param>
/// <param name="Diagnostics">The warnings that it left; null for none.</param>
/// <param name="WhileLatest">The statement depended on globals: it holds while this is the server's latest baseline. Null: it always does.</param>
internal sealed record RememberedAnswer(byte[] Reply, SessionSettings After, ulong? Rows, Diagnostics? Diagnostics, Baseline? WhileLatest);
