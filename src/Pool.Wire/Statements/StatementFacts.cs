namespace Pool.Wire.Statements;

/// <summary>What the text of a statement tells.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Traits">What it may touch and read of its session.</param>
public readonly record struct StatementFacts(StatementKind Kind, StatementTraits Traits)
{
    /// <summary>True when the statement may leave something behind that no tracker and no status flag reports reliably.</summary>
    public bool TouchesSession => (Traits & StatementTraits.TouchesSession) != 0;

    /// <summary>True when the answer may depend on what the session did before.</summary>
    public bool ReadsSession => (Traits & StatementTraits.ReadsSession) != 0;
}
