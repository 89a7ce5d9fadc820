using Pool.Wire.Statements;

namespace Pool.Actors.Sessions.UserVariables;

/// <summary>
/// A session's user variables: their values as last read, which the statement in hand mentions, and which may have changed on the
/// leased connection since. Belongs to the session's flow of control.
/// </summary>
internal sealed class FollowedVariables
{
    /// <summary>The most variables that are followed; a session with more keeps its connection.</summary>
    public const int MaxNames = 256;

    /// <summary>The most bytes of values; a session with more keeps its connection.</summary>
    public const int MaxBytes = 64 * 1024;

    // Strings are written with two digits per byte.
    private const int MaxTextBytes = 3 * MaxBytes;

    private readonly Dictionary<string, UserVariable> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unread = new(StringComparer.Ordinal);
    private readonly HashSet<string> _mentioned = new(StringComparer.Ordinal);
    private IReadOnlyCollection<string>? _seen;
    private bool _mayAssign;

    /// <summary>The values that are known, by name.</summary>
    public IReadOnlyDictionary<string, UserVariable> Values => _values;

    /// <summary>The names in the statement in hand whose values it may see.</summary>
    public IReadOnlyCollection<string> Seen => _seen ?? _mentioned;

    /// <summary>The names that may have changed on the leased connection, and whose values only it knows.</summary>
    public IReadOnlyCollection<string> Unread => _unread;

    /// <summary>Takes note of the names in a statement that is about to run; false if they are not known, or too many.</summary>
    public bool TryMention(ReadOnlySpan<byte> sql, LexerMode mode, StatementKind kind)
    {
        _mentioned.Clear();

        // To set what it only assigns would clear what it asks for.
        _seen = kind == StatementKind.GetDiagnostics ? UserVariableNames.NumbersOfConditions(sql, mode) : null;
        return UserVariableNames.TryCollect(sql, mode, _mentioned, out _mayAssign) && IsFew();
    }

    /// <summary>The statement has run on a connection that carries these: what it may have assigned is not known any more.</summary>
    public void Ran(CarriedVariables carried)
    {
        foreach (var name in _mayAssign ? _mentioned : [])
        {
            _unread.Add(name);
            carried.Set(UserVariable.Unknown(name));
        }
    }

    /// <summary>Takes over what was read; false if it is too much.</summary>
    public bool TryTake(IReadOnlyList<(string Name, UserVariable? Variable)> read)
    {
        foreach (var (name, variable) in read)
        {
            _unread.Remove(name);
            if (variable is null)
            {
                _values.Remove(name);
            }
            else if (_values.GetValueOrDefault(name) != variable)
            {
                _values[name] = variable;
            }
        }

        return _values.Count <= MaxNames && _values.Values.Sum(v => v.Assignment.Length + 1) <= MaxTextBytes;
    }

    /// <summary>The connection on which some were not read yet is gone.</summary>
    public void Forget() => _unread.Clear();

    private bool IsFew() => _mentioned.Count <= MaxNames && _unread.Count + _mentioned.Count <= 2 * MaxNames;
}
