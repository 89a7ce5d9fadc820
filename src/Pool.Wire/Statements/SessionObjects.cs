namespace Pool.Wire.Statements;

/// <summary>
/// Follows temporary tables, handlers, GET_LOCK's locks and text PREPAREs by the statements that make and drop them, so that a
/// connection can be given up when the last one is gone.
/// </summary>
public static class SessionObjects
{
    private const StatementTraits Named = StatementTraits.TemporaryTable | StatementTraits.Handler | StatementTraits.UserLocks
        | StatementTraits.TextPrepare;

    /// <summary>
    /// True when <paramref name="sql"/> may make, drop or rename such objects, with what it does to them in <paramref name="change"/>.
    /// Only plain forms are followed, with names of printable ASCII; the rest is unclear. Stored code is not looked into, nor what
    /// EXECUTE executes.
    /// </summary>
    public static bool TryFollow(ReadOnlySpan<byte> sql, LexerMode mode, out SessionObjectChange change)
    {
        var facts = StatementInspector.Inspect(sql, mode);
        var traits = facts.Traits & Named;
        var isConcerned = traits != StatementTraits.None || facts.Kind switch
        {
            StatementKind.Unknown => true,
            StatementKind.Multi => (facts.Traits & StatementTraits.DefinesObjects) != 0,
            StatementKind.Ddl => SessionObjectParser.MayDropOrRenameTables(sql, mode),
            _ => false,
        };
        var kind = facts.Kind is StatementKind.Unknown or StatementKind.Execute ? SessionObjectKind.Any : KindOf(traits);
        change = !isConcerned ? default
            : kind != SessionObjectKind.Any && facts.Kind != StatementKind.Multi
                && new SessionObjectParser(sql, mode).TryParse(kind, out var parsed) ? parsed
            : SessionObjectChange.Unclear(kind);
        return isConcerned;
    }

    // Tables that are dropped or renamed need not be called temporary.
    private static SessionObjectKind KindOf(StatementTraits traits) => traits switch
    {
        StatementTraits.TemporaryTable or StatementTraits.None => SessionObjectKind.TemporaryTable,
        StatementTraits.Handler => SessionObjectKind.Handler,
        StatementTraits.UserLocks => SessionObjectKind.UserLock,
        StatementTraits.TextPrepare => SessionObjectKind.PreparedText,
        _ => SessionObjectKind.Any,
    };
}
