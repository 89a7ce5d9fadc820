using System.Collections.Immutable;
using Pool.Actors.Settings;

namespace Pool.Actors.Prepared;

/// <summary>
/// The part of a session's settings that a server looks at when it prepares a statement, and not again when it executes it. A
/// statement that was prepared under one key is another under a different one. Immutable, compared in full.
/// </summary>
public sealed class ParseKey : IEquatable<ParseKey>
{
    // Those after the first line were seen on MySQL 9.7, which resolves a statement only once, and old_mode on MariaDB 10.11.
    private static readonly string[] s_variables =
    [
        "sql_mode", "character_set_client", "character_set_connection", "collation_connection",
        "default_collation_for_utf8mb4", "default_week_format", "div_precision_increment", "explain_format", "group_concat_max_len", "lc_time_names", "old_mode",
        "sql_buffer_result",
    ];

    private const string TimeZone = "time_zone";
    private readonly ImmutableArray<string?> _values;
    private readonly string? _timeZone;

    private ParseKey(string? database, ImmutableArray<string?> values, string? timeZone) =>
        (Database, _values, _timeZone) = (database, values, timeZone);

    /// <summary>Where names without a database are looked up; null for nowhere.</summary>
    public string? Database { get; }

    /// <summary>It has the time zone too.</summary>
    public bool HasTimeZone => _timeZone is not null;

    /// <summary>The key that settings have.</summary>
    public static ParseKey Of(SessionSettings settings) => new(settings.Database, [.. s_variables.Select(settings.Find)], timeZone: null);

    /// <summary>The key with the time zone of the settings, for texts with literals that MySQL converts when it prepares them.</summary>
    public ParseKey WithTimeZone(SessionSettings settings) => new(Database, _values, settings.Find(TimeZone));

    /// <summary>The settings that a connection with <paramref name="settings"/> needs for a statement to be prepared as under this key.</summary>
    public SessionSettings ApplyTo(SessionSettings settings)
    {
        // From no database to one there is no way back.
        settings = settings.Database is null || Database is null ? settings : settings.InDatabase(Database);
        for (var i = 0; i < s_variables.Length; i++)
        {
            settings = _values[i] is { } value ? settings.With(s_variables[i], value) : settings;
        }

        return _timeZone is null ? settings : settings.With(TimeZone, _timeZone);
    }

    /// <summary>True if a text may mean something else under the other key, wherever its names are looked up.</summary>
    public bool ReadsDifferently(ParseKey other) => !ReferenceEquals(this, other)
        && (_timeZone != other._timeZone || !_values.AsSpan().SequenceEqual(other._values.AsSpan()));

    /// <inheritdoc/>
    public bool Equals(ParseKey? other) =>
        ReferenceEquals(this, other) || (other is not null && Database == other.Database && !ReadsDifferently(other));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ParseKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Database);
        foreach (var value in _values)
        {
            hash.Add(value);
        }

        hash.Add(_timeZone);
        return hash.ToHashCode();
    }
}
