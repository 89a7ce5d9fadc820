namespace Pool.Wire.Statements;

/// <summary>What the text of stored code tells of it. Immutable.</summary>
/// <param name="Traits">
/// What it may leave behind, or read of its session, itself: without what it calls. What only concerns the code that runs is left
/// out: diagnostics, the connection's id. Traits of what is reported by the server's trackers are there too.
/// </param>
/// <param name="Writes">It may write to tables, and so start triggers.</param>
/// <param name="Calls">The routines that it calls; some may be none.</param>
/// <param name="Names">Every word and quoted name, as <see cref="FoldedName"/> has them: tables and views among them.</param>
public sealed record RoutineBody(
    StatementTraits Traits, bool Writes, IReadOnlyCollection<RoutineName> Calls, IReadOnlyCollection<string> Names)
{
    /// <summary>Reads a routine or a trigger: the statement that creates it, as SHOW CREATE tells it.</summary>
    public static RoutineBody Inspect(ReadOnlySpan<byte> definition, LexerMode mode) =>
        new RoutineBodyPass(definition, mode).Run(hasHeader: true);

    /// <summary>Reads a view: its query alone, as information_schema tells it.</summary>
    public static RoutineBody InspectView(ReadOnlySpan<byte> query, LexerMode mode) =>
        new RoutineBodyPass(query, mode).Run(hasHeader: false);
}
