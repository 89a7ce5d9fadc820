namespace Pool.Actors.Sessions.UserVariables;

/// <summary>
/// The user variables that exist on a connection, whoever set them: a session's statement sees no others than those it names, so that
/// most of them are in nobody's way. Belongs to whoever has leased the connection.
/// </summary>
internal sealed class CarriedVariables
{
    private const int MaxNames = 2 * FollowedVariables.MaxNames;
    private const int MaxTextBytes = 8 * FollowedVariables.MaxBytes;
    private readonly Dictionary<string, UserVariable> _values = new(StringComparer.Ordinal);
    private int _bytes;

    /// <summary>They take more room than they are worth: the connection should be reset.</summary>
    public bool IsFull => _values.Count > MaxNames || _bytes > MaxTextBytes;

    /// <summary>Some are not what is known of them, and nobody knows which: the connection must be reset before another session has it.</summary>
    public bool AreUncertain { get; private set; }

    /// <summary>True if there are none.</summary>
    public bool IsEmpty => _values.Count == 0;

    /// <summary>Their names.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>The connection was reset.</summary>
    public void Clear()
    {
        _values.Clear();
        _bytes = 0;
        AreUncertain = false;
    }

    /// <summary>Any of them may have changed.</summary>
    public void Doubt() => AreUncertain = true;

    /// <summary>A variable has this value.</summary>
    public void Set(UserVariable variable)
    {
        Remove(variable.Name);
        _values.Add(variable.Name, variable);
        _bytes += variable.Assignment.Length;
    }

    /// <summary>A variable does not exist.</summary>
    public void Remove(string name)
    {
        if (_values.Remove(name, out var before))
        {
            _bytes -= before.Assignment.Length;
        }
    }

    /// <summary>The variables that must be set before a session's statement runs that mentions these names, or that may use any (null).</summary>
    /// <param name="session">The session's variables; null if it has none.</param>
    /// <param name="names">The names.</param>
    public List<UserVariable> Missing(FollowedVariables? session, IReadOnlyCollection<string>? names)
    {
        var missing = new List<UserVariable>();
        foreach (var name in names ?? session?.Values.Keys ?? [])
        {
            if (session!.Values.TryGetValue(name, out var variable) && !session.Unread.Contains(name) && _values.GetValueOrDefault(name) != variable)
            {
                missing.Add(variable);
            }
        }

        return missing;
    }

    /// <summary>The names, of those or of all (null), that exist here and not in the session: they must not be seen.</summary>
    public List<string> Foreign(FollowedVariables? session, IReadOnlyCollection<string>? names)
    {
        var foreign = new List<string>();
        foreach (var name in _values.Keys)
        {
            if (names?.Contains(name) != false && session?.Values.ContainsKey(name) != true && session?.Unread.Contains(name) != true)
            {
                foreign.Add(name);
            }
        }

        return foreign;
    }
}
