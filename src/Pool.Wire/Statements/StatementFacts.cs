using Pool.Wire.Replies;

namespace Pool.Wire.Statements;

/// <summary>What the text of a statement tells.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Traits">What it may touch and read of its session.</param>
public readonly record struct StatementFacts(StatementKind Kind, StatementTraits Traits)
{
    /// <summary>The results that will answer it, where the server takes several statements in a text; nothing if the text is not certain.</summary>
    public ResultsAhead Results { get; init; }

    /// <summary>Those of the traits that are not the text's own, but of the stored code that it runs, which is never rewritten.</summary>
    public StatementTraits Stored { get; init; }

    /// <summary>
    /// FOUND_ROWS() is asked in a text of several statements where none before has counted rows for certain, though some may have: the
    /// connection may tell what another session's statement left.
    /// </summary>
    public bool AsksUncertainFoundRows { get; init; }

    /// <summary>True if it is certain that the statement uses no table, nor calls what may use one. False is not a no.</summary>
    public bool UsesNoTable { get; init; }

    /// <summary>True if it is certain that the statement defines, changes, renames or drops something without a query in it, so that nothing stored runs.</summary>
    public bool IsPlainDefinition { get; init; }

    /// <summary>These with what stored code adds.</summary>
    public StatementFacts With(StatementTraits stored) => this with { Traits = Traits | stored, Stored = Stored | stored };

    /// <summary>True when the statement may leave something behind that no tracker and no status flag reports reliably.</summary>
    public bool TouchesSession => (Traits & StatementTraits.TouchesSession) != 0;

    /// <summary>
    /// True when it is certain that the statement may run twice, or under wrong settings with its reply thrown away, and nobody
    /// comes to harm: one statement that reads, locks nothing, and leaves nothing in the session. It may still take long.
    /// </summary>
    public bool OnlyReads =>
        Kind is StatementKind.Select or StatementKind.Table or StatementKind.Values or StatementKind.Show or StatementKind.Explain
        && (Traits & (StatementTraits.TouchesSession | StatementTraits.FollowedUserVariables | StatementTraits.LocksOrWrites)) == 0;

    /// <summary>True when the answer may depend on what the session did before.</summary>
    public bool ReadsSession => (Traits & StatementTraits.ReadsSession) != 0;
}
