namespace Pool.Wire.Statements;

/// <summary>A routine as a text calls it; names are as <see cref="FoldedName"/> has them.</summary>
/// <param name="Schema">Its schema; null for an unqualified name, which means the current one.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How it is called.</param>
public readonly record struct RoutineName(string? Schema, string Name, RoutineKind Kind);
