using System.Collections.Immutable;

namespace Pool.Actors.Settings;

/// <summary>
/// What a session has set, or a connection carries: absolute values, written as a baseline and what differs from it. Immutable,
/// canonical and compared in full: equal settings of one baseline are equal values.
/// </summary>
public sealed class SessionSettings : IEquatable<SessionSettings>
{
    private readonly int _hash;

    /// <summary>Settings that do not differ from a baseline.</summary>
    /// <param name="baseline">Where they start.</param>
    /// <param name="database">The current database, or null for none. A connection that has one can never go back to none.</param>
    /// <param name="multiStatements">CLIENT_MULTI_STATEMENTS, or the option set later.</param>
    public SessionSettings(Baseline baseline, string? database, bool multiStatements)
        : this(baseline, database, multiStatements, [])
    {
    }

    private SessionSettings(Baseline baseline, string? database, bool multiStatements, ImmutableArray<VariableValue> changes)
    {
        (Baseline, Database, MultiStatements, Changes) = (baseline, database, multiStatements, changes);
        var hash = default(HashCode);
        hash.Add(baseline);
        hash.Add(database);
        hash.Add(multiStatements);
        foreach (var change in changes)
        {
            hash.Add(change);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>Settings as another node has written them.</summary>
    /// <param name="baseline">Where they start.</param>
    /// <param name="database">The current database, or null for none.</param>
    /// <param name="multiStatements">The option.</param>
    /// <param name="changes">The differences: in order, and none of them equal to the baseline's value.</param>
    internal static SessionSettings Of(Baseline baseline, string? database, bool multiStatements, ImmutableArray<VariableValue> changes) =>
        new(baseline, database, multiStatements, changes);

    /// <summary>What they differ from.</summary>
    public Baseline Baseline { get; }

    /// <summary>The current database, or null for none.</summary>
    public string? Database { get; }

    /// <summary>Several statements in one command are allowed.</summary>
    public bool MultiStatements { get; }

    /// <summary>The differences, in the catalogue's order; none of them equals the baseline's value.</summary>
    public ImmutableArray<VariableValue> Changes { get; }

    /// <summary>A variable's value.</summary>
    public string this[int index]
    {
        get
        {
            foreach (var change in Changes)
            {
                if (change.Index >= index)
                {
                    return change.Index == index ? change.Value : Baseline[index];
                }
            }

            return Baseline[index];
        }
    }

    /// <summary>A variable's value, or null if the server has no such variable.</summary>
    public string? Find(string name) => Baseline.Catalogue.TryFind(name, out var variable) ? this[variable.Index] : null;

    /// <summary>The same in another database.</summary>
    public SessionSettings InDatabase(string? database) =>
        database == Database ? this : new SessionSettings(Baseline, database, MultiStatements, Changes);

    /// <summary>The same with the option on or off.</summary>
    public SessionSettings WithMultiStatements(bool enabled) =>
        enabled == MultiStatements ? this : new SessionSettings(Baseline, Database, enabled, Changes);

    /// <summary>The same with another value of a variable, if the server has it.</summary>
    public SessionSettings With(string name, string value)
    {
        if (!Baseline.Catalogue.TryFind(name, out var variable) || this[variable.Index] == value)
        {
            return this;
        }

        var changes = Changes.Where(c => c.Index != variable.Index);
        changes = Baseline[variable.Index] == value ? changes : changes.Append(new VariableValue(variable.Index, value));
        return new SessionSettings(Baseline, Database, MultiStatements, [.. changes.OrderBy(c => c.Index)]);
    }

    /// <summary>The same with the values of all variables as a snapshot read them.</summary>
    public SessionSettings WithValues(string[] values)
    {
        var changes = ImmutableArray.CreateBuilder<VariableValue>();
        for (var index = 0; index < values.Length; index++)
        {
            if (values[index] != Baseline[index] && Baseline.Catalogue.Variables[index].Role != VariableRole.Watched)
            {
                changes.Add(new VariableValue(index, values[index]));
            }
        }

        return new SessionSettings(Baseline, Database, MultiStatements, changes.ToImmutable());
    }

    /// <summary>The same differences from the baseline of a server whose variables are others, as far as it has them.</summary>
    public SessionSettings MovedTo(Baseline baseline) => Changes.Aggregate(
        new SessionSettings(baseline, Database, MultiStatements),
        (moved, change) => moved.With(Baseline.Catalogue.Variables[change.Index].Name, change.Value));

    /// <summary>The same without what is the session's own.</summary>
    public SessionSettings Painted() => HasAny(VariableRole.Own)
        ? new SessionSettings(Baseline, Database, MultiStatements, [.. Changes.Where(c => RoleOf(c) != VariableRole.Own)])
        : this;

    /// <summary>True if a variable of this role differs from the baseline.</summary>
    public bool HasAny(VariableRole role)
    {
        foreach (var change in Changes)
        {
            if (RoleOf(change) == role)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first variable that is not what a connection brought to <paramref name="needs"/> must have; null if all are.</summary>
    internal Variable? FirstUnlike(SessionSettings needs) => Baseline.Catalogue.Variables.FirstOrDefault(v =>
        v.Role is VariableRole.Painted or VariableRole.Own or VariableRole.Silent && !VariableCatalogue.IsSame(this[v.Index], needs[v.Index]));

    /// <inheritdoc/>
    public bool Equals(SessionSettings? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && Database == other.Database && MultiStatements == other.MultiStatements
            && Baseline.Equals(other.Baseline) && Changes.AsSpan().SequenceEqual(other.Changes.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SessionSettings);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    private VariableRole RoleOf(VariableValue change) => Baseline.Catalogue.Variables[change.Index].Role;
}

/// <summary>A value that a variable was given.</summary>
/// <param name="Index">The variable's place in the catalogue.</param>
/// <param name="Value">Its value, as a snapshot shows it.</param>
public readonly record struct VariableValue(int Index, string Value);
