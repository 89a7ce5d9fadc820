using Pool.Wire.Statements;

namespace Pool.Actors.Backends.StoredCode;

/// <summary>What the stored code that a statement calls may do to its session.</summary>
/// <param name="Traits">
/// If it is harmless, what remains to be considered, as if the statement did it itself; else <see cref="StatementTraits.Routine"/>.
/// </param>
/// <param name="Obstacle">Why it is not known to be harmless, in words for operators; null if it is.</param>
public readonly record struct StoredCodeVerdict(StatementTraits Traits, string? Obstacle)
{
    /// <summary>The traits that say that stored code runs.</summary>
    public const StatementTraits Calls = StatementTraits.Routine | StatementTraits.UnknownFunction;

    /// <summary>True if all that it leaves is known from trackers, flags, and <see cref="Traits"/>.</summary>
    public bool IsHarmless => Obstacle is null;

    /// <summary>A statement's facts in the light of this: without the calls if they are harmless, and unchanged if not.</summary>
    public StatementFacts Apply(StatementFacts facts) => IsHarmless ? (facts with { Traits = facts.Traits & ~Calls }).With(Traits) : facts;
}
