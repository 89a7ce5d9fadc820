namespace Pool.Actors.Settings;

/// <summary>
/// The values of all session variables on a connection that has just been brought to its baseline, as one server had them at one
/// time. A session stays with the baseline that it started on. Immutable; compared by what it holds.
/// </summary>
public sealed class Baseline : IEquatable<Baseline>
{
    private readonly string[] _values;
    private readonly int _hash;

    /// <summary>The baseline of a catalogue's variables; one value for each.</summary>
    public Baseline(VariableCatalogue catalogue, string[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, catalogue.Variables.Count);
        (Catalogue, _values) = (catalogue, values);
        var hash = default(HashCode);
        foreach (var value in values)
        {
            hash.Add(value);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>What the values are of.</summary>
    public VariableCatalogue Catalogue { get; }

    /// <summary>A variable's value.</summary>
    public string this[int index] => _values[index];

    /// <summary>A variable's value, or null if the server has no such variable.</summary>
    public string? Find(string name) => Catalogue.TryFind(name, out var variable) ? this[variable.Index] : null;

    /// <inheritdoc/>
    public bool Equals(Baseline? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && ReferenceEquals(Catalogue, other.Catalogue) && _values.AsSpan().SequenceEqual(other._values));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Baseline);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;
}
