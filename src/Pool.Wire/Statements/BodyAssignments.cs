namespace Pool.Wire.Statements;

/// <summary>
/// Reads SET inside of stored code, where most targets are local variables, parameters, or columns of a trigger's new row.
/// </summary>
internal ref struct BodyAssignments(ReadOnlySpan<byte> sql)
{
    private readonly ReadOnlySpan<byte> _sql = sql;
    private AssignmentRule _rule;
    private int _depth;
    private bool _isScoped;
    private Range _target;
    private State _state;

    private enum State : byte
    {
        None,
        Targets,
        Scope,
        Target,
    }

    /// <summary>A SET statement begins with the next token.</summary>
    public void Begin() => (_rule, _depth, _state) = (default, 0, State.Targets);

    /// <summary>Takes a token of any statement. <paramref name="locals"/>: the names of variables and parameters so far.</summary>
    public StatementTraits Take(in Token token, in Context before, HashSet<string> locals)
    {
        if (_state == State.None)
        {
            return StatementTraits.None;
        }

        var traits = Settle(token, locals);
        if (token.Kind == TokenKind.Semicolon)
        {
            _state = State.None;
            return traits;
        }

        var (said, _) = _rule.Take(token, _depth);
        _depth += token.Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
        if ((said & StatementTraits.SetsVariables) != 0 && (said & StatementTraits.OtherState) == 0)
        {
            var isScope = token.Keyword is Keyword.Session or Keyword.Local;
            _isScoped = isScope || before.Last == TokenKind.SystemAt;
            _state = isScope ? State.Scope : State.Target;
            _target = token.Kind == TokenKind.QuotedName ? (token.Start + 1)..(token.End - 1) : token.Start..token.End;
            said &= ~StatementTraits.SetsVariables;
        }

        return traits | said;
    }

    /// <summary>What the last target was, now that <paramref name="next"/> follows it.</summary>
    private StatementTraits Settle(in Token next, HashSet<string> locals)
    {
        switch (_state)
        {
            case State.Scope when next.Kind is TokenKind.Word or TokenKind.QuotedName:
                _target = next.Kind == TokenKind.QuotedName ? (next.Start + 1)..(next.End - 1) : next.Start..next.End;
                _state = State.Target;
                return StatementTraits.None;
            case State.Target:
                _state = State.Targets;
                var name = FoldedName.Of(_sql[_target]);
                return !_isScoped && (next.Kind == TokenKind.Dot ? name == "new" : locals.Contains(name))
                    ? StatementTraits.None
                    : Variable(name);
            default:
                return StatementTraits.None;
        }
    }

    // What holds once, or changes what is reported, cannot be followed from outside.
    private static StatementTraits Variable(string name) => name switch
    {
        "last_insert_id" or "identity" => StatementTraits.MayChangeInsertId,
        FoldedName.Odd or "timestamp" or "insert_id" or "rand_seed1" or "rand_seed2" => StatementTraits.OtherState,
        _ when name.StartsWith("pseudo_", StringComparison.Ordinal) || name.StartsWith("gtid_", StringComparison.Ordinal)
            || name.StartsWith("session_track_", StringComparison.Ordinal) => StatementTraits.OtherState,
        _ => StatementTraits.SetsVariables,
    };
}
