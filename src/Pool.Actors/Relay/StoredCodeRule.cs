using Pool.Actors.Backends.StoredCode;
using Pool.Actors.Sessions;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>
/// Sees through the stored code that a statement runs: what is harmless is no reason to keep a connection, and what tables and views hide
/// is charged to the statement that uses them.
/// </summary>
internal static class StoredCodeRule
{
    /// <summary>True if somebody has defined something since the last look, so that <see cref="LookAsync"/> must come before <see cref="Apply(Session, StatementFacts, ReadOnlySpan{byte}, StoredCodeCatalogue?)"/>.</summary>
    public static bool MustLook(Session session, StatementFacts facts) =>
        session.Origin.Backend.StoredCode is { IsOutdated: true } && (Calls(facts) || UsesTables(facts));

    /// <summary>Looks at what was defined, or gives up after a while: then nothing is known.</summary>
    public static ValueTask<StoredCodeCatalogue> LookAsync(Session session) => session.Origin.Backend.StoredCode!.RefreshAsync();

    /// <summary>The facts of a statement with those of the stored code that it runs.</summary>
    /// <param name="session">The session.</param>
    /// <param name="facts">What the text itself tells.</param>
    /// <param name="sql">The whole text.</param>
    /// <param name="catalogue">What is known of stored code; null: nothing, and nothing is looked for.</param>
    public static StatementFacts Apply(Session session, StatementFacts facts, ReadOnlySpan<byte> sql, StoredCodeCatalogue? catalogue)
    {
        var (mode, database) = (CommandStart.Mode(session), session.Settings.Database);
        if (catalogue is not null && Calls(facts) && catalogue.Of(sql, mode, database).Obstacle is { } obstacle)
        {
            StoredCodeLog.Kept(session.Services.Logger, session.Id.Value, obstacle);
        }

        return Apply(facts, sql, mode, database, catalogue);
    }

    /// <summary>As the other, for a text that is read by this mode and in this database.</summary>
    public static StatementFacts Apply(
        StatementFacts facts, ReadOnlySpan<byte> sql, LexerMode mode, string? database, StoredCodeCatalogue? catalogue)
    {
        if (catalogue is null)
        {
            return facts;
        }

        if (Calls(facts))
        {
            facts = catalogue.Of(sql, mode, database).Apply(facts);
        }

        return catalogue.HasPlaces && UsesTables(facts)
            ? facts.With(catalogue.OfMentioned(sql, mode, database, Writes(facts.Kind)))
            : facts;
    }

    /// <summary>The facts of a statement whose text has gone by: where tables or views hide anything, it may be those that it uses.</summary>
    public static StatementFacts OfLarge(Session session, StatementFacts facts) =>
        session.Origin.Backend.StoredCode is { Current.HasPlaces: true } && UsesTables(facts) ? facts.With(StatementTraits.Routine) : facts;

    private static bool Calls(StatementFacts facts) => (facts.Traits & StoredCodeVerdict.Calls) != 0;

    private static bool UsesTables(StatementFacts facts) => !facts.IsPlainDefinition && facts.Kind is not (StatementKind.Empty or StatementKind.Begin
        or StatementKind.Commit or StatementKind.Rollback or StatementKind.Savepoint or StatementKind.Use or StatementKind.Kill or StatementKind.Show);

    // Definitions start no triggers, and what a routine does is charged to the routine.
    private static bool Writes(StatementKind kind) => kind is not (StatementKind.Select or StatementKind.Table or StatementKind.Values
        or StatementKind.Explain or StatementKind.Do or StatementKind.Set or StatementKind.Ddl or StatementKind.Call);
}
