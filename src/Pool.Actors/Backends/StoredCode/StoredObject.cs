using Pool.Wire.Statements;

namespace Pool.Actors.Backends.StoredCode;

/// <summary>One routine, trigger, view or default of a column of a server. Immutable.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Schema">Its schema, as the server tells it.</param>
/// <param name="Name">Its name, as the server tells it.</param>
/// <param name="Table">The table of a trigger or a default, which is in the same schema; null for others.</param>
/// <param name="Body">What its text tells; null if that cannot be seen, or not be understood.</param>
public sealed record StoredObject(StoredObjectKind Kind, string Schema, string Name, string? Table, RoutineBody? Body);
