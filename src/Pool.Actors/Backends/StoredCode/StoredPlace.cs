using Pool.Wire.Statements;

namespace Pool.Actors.Backends.StoredCode;

/// <summary>A table or view, by folded names, behind which stored code may run.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Read">What a statement that reads it may do by that.</param>
/// <param name="Written">What a statement that writes to it may do by that.</param>
internal sealed record StoredPlace(string Schema, string Name, StatementTraits Read, StatementTraits Written);
