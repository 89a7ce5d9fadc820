using System.Collections.Frozen;
using Pool.Wire.Statements;

namespace Pool.Actors.Backends.StoredCode;

/// <summary>
/// What a server's routines, triggers, views and defaults of columns may do to the session that runs them: one look at them, lexed, and
/// followed through all that they call. Immutable and thread-safe.
/// </summary>
public sealed class StoredCodeCatalogue
{
    // Views over the server's own tables keep settings of their own in user variables whose names nobody else uses (@sys.x).
    private static readonly FrozenSet<string> s_systemSchemas =
        FrozenSet.ToFrozenSet(["sys", "mysql", "information_schema", "performance_schema"], StringComparer.Ordinal);

    private readonly FrozenDictionary<RoutineName, StoredCodeVerdict> _routines;
    private readonly FrozenDictionary<string, StoredPlace[]> _places;

    /// <summary>Makes a catalogue of all that a server has.</summary>
    public StoredCodeCatalogue(IEnumerable<StoredObject> objects)
    {
        var closure = new StoredCodeClosure(objects);
        _routines = closure.Routines.ToFrozenDictionary();
        _places = closure.Places.Where(p => !s_systemSchemas.Contains(p.Schema)).GroupBy(p => p.Name, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Nothing is known: every routine may do anything.</summary>
    public static StoredCodeCatalogue Unknown { get; } = new([]);

    /// <summary>False if <see cref="OfMentioned"/> need not be asked: no table or view starts code that a session must know of.</summary>
    public bool HasPlaces => _places.Count > 0;

    /// <summary>What the routines that a statement calls itself may do.</summary>
    /// <param name="sql">The whole text.</param>
    /// <param name="mode">How the server reads it.</param>
    /// <param name="database">The session's current database, in which an unqualified name is looked for.</param>
    public StoredCodeVerdict Of(ReadOnlySpan<byte> sql, LexerMode mode, string? database)
    {
        var calls = new HashSet<RoutineName>();
        if (!CalledRoutines.TryCollect(sql, mode, calls))
        {
            return new StoredCodeVerdict(StatementTraits.Routine, "the statement is not understood");
        }

        var current = database is null ? FoldedName.Odd : FoldedName.Of(database);
        var traits = StatementTraits.None;
        foreach (var call in calls)
        {
            var verdict = Of(call with { Schema = call.Schema ?? current });
            if (!verdict.IsHarmless)
            {
                return verdict;
            }

            traits |= verdict.Traits;
        }

        return new StoredCodeVerdict(traits, null);
    }

    /// <summary>
    /// What a statement may do through the tables and views that it mentions, wherever in the text: traits to be added to its own;
    /// <see cref="StatementTraits.Routine"/> among them means anything.
    /// </summary>
    /// <param name="sql">The whole text.</param>
    /// <param name="mode">How the server reads it.</param>
    /// <param name="database">The session's current database.</param>
    /// <param name="writes">The statement may write, so that triggers may start.</param>
    public StatementTraits OfMentioned(ReadOnlySpan<byte> sql, LexerMode mode, string? database, bool writes)
    {
        if (!HasPlaces)
        {
            return StatementTraits.None;
        }

        var found = new List<StoredPlace>();
        var lookup = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        var isOpaque = MentionedNames.Any(sql, mode, name =>
        {
            found.AddRange(lookup.TryGetValue(name, out var places) ? places : []);
            return false;
        });
        var current = database is null ? null : FoldedName.Of(database);
        var traits = isOpaque ? StatementTraits.Routine : StatementTraits.None;
        foreach (var place in found)
        {
            var isMeant = place.Schema == current || MentionedNames.Any(sql, mode, name => name.SequenceEqual(place.Schema));
            traits |= !isMeant ? StatementTraits.None : writes ? place.Written : place.Read;
        }

        return traits;
    }

    private StoredCodeVerdict Of(RoutineName call) =>
        call.Name != FoldedName.Odd && call.Schema != FoldedName.Odd && _routines.TryGetValue(call, out var verdict)
            ? verdict
            : new StoredCodeVerdict(StatementTraits.Routine, $"{call.Name}: not known");
}
