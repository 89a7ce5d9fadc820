using System.Collections.Immutable;

namespace Pool.Actors.Cluster.Coordination;

/// <summary>The entries below a prefix at one moment. Immutable.</summary>
/// <param name="Revision">The store's revision that it shows; grows with every change of the store.</param>
/// <param name="Entries">The entries by their whole keys, in ordinal order.</param>
public sealed record CoordinationView(long Revision, ImmutableSortedDictionary<string, CoordinationEntry> Entries)
{
    /// <summary>Nothing.</summary>
    public static CoordinationView Empty { get; } =
        new(0, ImmutableSortedDictionary<string, CoordinationEntry>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>True if the other view has the same entries, whatever else has changed in the store.</summary>
    public bool ShowsSameAs(CoordinationView other) => Entries.Count == other.Entries.Count
        && Entries.Values.Zip(other.Entries.Values).All(e => (e.First.Key, e.First.ModRevision) == (e.Second.Key, e.Second.ModRevision));
}
