using Pool.Wire.Statements;

namespace Pool.Actors.Backends.StoredCode;

/// <summary>
/// Follows what stored code calls, reads and writes until nothing new is found: unions of traits, which only grow, so that recursion ends.
/// What is not known has the trait <see cref="StatementTraits.Routine"/>.
/// </summary>
internal sealed class StoredCodeClosure
{
    /// <summary>The traits that need no pin, as the session can be told of them or can ask.</summary>
    private const StatementTraits Followed = StatementTraits.SetsVariables | StatementTraits.MayChangeInsertId | StatementTraits.CalcFoundRows
        | StatementTraits.SetsGlobals | StatementTraits.DefinesObjects | StatementTraits.ReadsVariables | StatementTraits.LocksOrWrites
        | StatementTraits.ReadsInsertId | StatementTraits.ReadsRowCount | StatementTraits.ReadsFoundRows | StatementTraits.Savepoint;

    // The server puts these back when a function or trigger ends.
    private const StatementTraits Restored = StatementTraits.MayChangeInsertId | StatementTraits.CalcFoundRows | StatementTraits.Savepoint;

    private readonly StoredObject[] _objects;
    private readonly Dictionary<RoutineName, List<int>> _routines = [];
    private readonly Dictionary<string, List<Place>> _placesByName = new(StringComparer.Ordinal);
    private readonly StatementTraits[] _runs;

    public StoredCodeClosure(IEnumerable<StoredObject> objects)
    {
        _objects = [.. objects];
        _runs = [.. _objects.Select(o => Own(o.Body))];
        for (var i = 0; i < _objects.Length; i++)
        {
            Register(i, _objects[i]);
        }

        Follow();
    }

    /// <summary>What every routine may do, by its full name.</summary>
    public IEnumerable<KeyValuePair<RoutineName, StoredCodeVerdict>> Routines =>
        _routines.Select(r => KeyValuePair.Create(r.Key, VerdictOf(r.Key, r.Value)));

    /// <summary>The tables and views behind which code does something that a session must know of.</summary>
    public IEnumerable<StoredPlace> Places => _placesByName.Values.SelectMany(p => p)
        .Where(p => p.Read != 0 || (p.Written & ~StatementTraits.LocksOrWrites) != 0)
        .Select(p => new StoredPlace(p.Schema, p.Name, p.Read, p.Written));

    private static StatementTraits Own(RoutineBody? body) => body is null ? StatementTraits.Routine
        : (body.Traits & Followed) | ((body.Traits & ~Followed) != 0 ? StatementTraits.Routine : StatementTraits.None);

    private void Register(int index, StoredObject stored)
    {
        var (schema, name) = (FoldedName.Of(stored.Schema), FoldedName.Of(stored.Name));
        switch (stored.Kind)
        {
            case StoredObjectKind.Procedure or StoredObjectKind.Function:
                var kind = stored.Kind == StoredObjectKind.Procedure ? RoutineKind.Procedure : RoutineKind.Function;
                var key = new RoutineName(schema, name, kind);
                _routines[key] = [.. _routines.GetValueOrDefault(key) ?? [], index];
                break;
            case StoredObjectKind.Trigger or StoredObjectKind.Default:
                PlaceOf(schema, FoldedName.Of(stored.Table ?? "")).Writing.Add(index);
                break;
            default:
                PlaceOf(schema, name).Views.Add(index);
                break;
        }
    }

    private Place PlaceOf(string schema, string name)
    {
        if (!_placesByName.TryGetValue(name, out var places))
        {
            _placesByName[name] = places = [];
        }

        var place = places.Find(p => p.Schema == schema);
        if (place is null)
        {
            places.Add(place = new Place(schema, name));
        }

        return place;
    }

    private void Follow()
    {
        var calls = _objects.Select(CalledBy).ToArray();
        var mentions = _objects.Select(MentionedBy).ToArray();
        bool grows;
        do
        {
            grows = false;
            for (var i = 0; i < _objects.Length; i++)
            {
                var writes = _objects[i].Body is { Writes: true };
                var traits = calls[i].Aggregate(_runs[i], (t, callee) => t | (callee < 0 ? StatementTraits.Routine : Seen(callee)));
                traits = mentions[i].Aggregate(traits, (t, p) => t | p.Read | (writes ? p.Written : StatementTraits.None));
                grows |= traits != _runs[i];
                _runs[i] = traits;
            }

            foreach (var place in _placesByName.Values.SelectMany(p => p))
            {
                grows |= Grow(place, mentions);
            }
        }
        while (grows);
    }

    private bool Grow(Place place, List<Place>[] mentions)
    {
        var read = place.Views.Aggregate(place.Read, (t, view) => t | Seen(view));
        var written = place.Writing.Aggregate(place.Written | read, (t, started) => t | Seen(started));
        written = place.Views.SelectMany(view => mentions[view]).Aggregate(written, (t, p) => t | p.Written);
        var grows = (read, written) != (place.Read, place.Written);
        (place.Read, place.Written) = (read, written);
        return grows;
    }

    /// <summary>What of a callee's doing remains for its caller.</summary>
    private StatementTraits Seen(int callee) =>
        _objects[callee].Kind == StoredObjectKind.Procedure ? _runs[callee] : _runs[callee] & ~Restored;

    /// <summary>The routines that an object calls; -1 for one of which nothing is known.</summary>
    private List<int> CalledBy(StoredObject caller)
    {
        var schema = FoldedName.Of(caller.Schema);
        var calls = new List<int>();
        foreach (var call in caller.Body?.Calls ?? [])
        {
            calls.AddRange(_routines.GetValueOrDefault(call with { Schema = call.Schema ?? schema }) is { } found && call.Name != FoldedName.Odd
                ? found : [-1]);
        }

        return calls;
    }

    private List<Place> MentionedBy(StoredObject stored)
    {
        var names = stored.Body?.Names.ToHashSet(StringComparer.Ordinal) ?? [];
        var schema = FoldedName.Of(stored.Schema);
        return [.. names.SelectMany(n => _placesByName.GetValueOrDefault(n) ?? []).Where(p => p.Schema == schema || names.Contains(p.Schema))];
    }

    private StoredCodeVerdict VerdictOf(RoutineName name, List<int> same)
    {
        var traits = same.Aggregate(StatementTraits.None, (t, i) => t | Seen(i));
        return (traits & StatementTraits.Routine) == 0
            ? new StoredCodeVerdict(traits, null)
            : new StoredCodeVerdict(StatementTraits.Routine, $"{name.Schema}.{name.Name}: {ObstacleOf(same)}");
    }

    private string ObstacleOf(List<int> same) =>
        same.Any(i => _objects[i].Body is null) ? "its text cannot be read"
        : same.Select(i => _objects[i].Body!.Traits & ~Followed).FirstOrDefault(t => t != 0) is var own and not 0 ? $"{own}"
        : "what it calls, reads or writes";

    private sealed class Place(string schema, string name)
    {
        public string Schema { get; } = schema;

        public string Name { get; } = name;

        public List<int> Views { get; } = [];

        /// <summary>What runs when it is written to.</summary>
        public List<int> Writing { get; } = [];

        public StatementTraits Read { get; set; }

        public StatementTraits Written { get; set; }
    }
}
