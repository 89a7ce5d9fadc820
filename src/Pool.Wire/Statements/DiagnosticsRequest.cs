namespace Pool.Wire.Statements;

/// <summary>What a SHOW WARNINGS or SHOW ERRORS asks for.</summary>
/// <param name="ErrorsOnly">Only what has the level Error.</param>
/// <param name="CountOnly">The number of them, without LIMIT.</param>
/// <param name="Offset">How many to leave out at the beginning.</param>
/// <param name="Limit">How many to show at most.</param>
public readonly record struct DiagnosticsRequest(bool ErrorsOnly, bool CountOnly, ulong Offset, ulong Limit);
