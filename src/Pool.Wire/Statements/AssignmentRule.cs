namespace Pool.Wire.Statements;

/// <summary>Reads SET: what each of its assignments is for. Values are the other rules' business.</summary>
internal struct AssignmentRule
{
    private const StatementTraits AnyOfThese = StatementTraits.TransactionCharacteristics | StatementTraits.MayChangeInsertId
        | StatementTraits.SetsConnectionValue;

    private State _state;

    private enum State : byte
    {
        First,
        Target,
        Scoped,
        SystemVariable,
        Value,
        Variables,
        Whole,
    }

    /// <summary>The next token begins what is assigned to.</summary>
    public readonly bool ExpectsTarget => _state is State.First or State.Target;

    /// <summary>
    /// What <paramref name="token"/>, at <paramref name="depth"/> parentheses, adds. <c>IsStatement</c>: this is SET STATEMENT
    /// and the token is outside of parentheses, so that a FOR begins the statement proper.
    /// </summary>
    public (StatementTraits Traits, bool IsStatement) Take(in Token token, int depth)
    {
        switch (_state)
        {
            case State.First:
                return (First(token), false);
            case State.Target:
                return (Target(token), false);
            case State.Scoped:
                _state = State.Value;
                return (Scoped(token), false);
            case State.SystemVariable:
                _state = State.Value;
                return (SystemVariable(token), false);
            case State.Value when token.Kind == TokenKind.Comma && depth == 0:
                _state = State.Target;
                break;
            default:
                break;
        }

        return (StatementTraits.None, _state == State.Variables && depth == 0);
    }

    /// <summary>Some forms exist only directly after SET and take the whole statement.</summary>
    private StatementTraits First(in Token token)
    {
        (_state, var traits) = token.Keyword switch
        {
            Keyword.Transaction => (State.Whole, StatementTraits.TransactionCharacteristics),
            Keyword.Role => (State.Whole, StatementTraits.Role),
            Keyword.Resource => (State.Whole, StatementTraits.ResourceGroup),
            Keyword.Default => (State.Whole, StatementTraits.None),

            // The trackers report the value inside now, and the one restored with some later OK.
            Keyword.Statement => (State.Variables, StatementTraits.SetsVariables | StatementTraits.OtherState),
            _ => (State.Target, StatementTraits.None),
        };
        return _state == State.Target ? Target(token) : traits;
    }

    private StatementTraits Target(in Token token)
    {
        _state = token.Kind == TokenKind.SystemAt ? State.SystemVariable
            : token.Keyword is Keyword.Session or Keyword.Local ? State.Scoped
            : State.Value;
        return token.Keyword switch
        {
            Keyword.Global or Keyword.Persist or Keyword.PersistOnly => StatementTraits.SetsGlobals,
            Keyword.Password => StatementTraits.None,
            _ => token.Kind is TokenKind.At or TokenKind.SystemAt ? StatementTraits.None : StatementTraits.SetsVariables,
        };
    }

    // MariaDB's SET SESSION AUTHORIZATION: another account, and a session begun anew.
    private static StatementTraits Scoped(in Token name) =>
        name.Keyword == Keyword.Authorization ? StatementTraits.Role | StatementTraits.OtherState : StatementTraits.None;

    private static StatementTraits SystemVariable(in Token name) => name.Keyword switch
    {
        Keyword.Global or Keyword.Persist or Keyword.PersistOnly => StatementTraits.SetsGlobals,

        // With @@ and without a scope these hold for the next transaction only.
        Keyword.TransactionIsolation or Keyword.TransactionReadOnly or Keyword.TxIsolation or Keyword.TxReadOnly
            => StatementTraits.SetsVariables | StatementTraits.TransactionCharacteristics,

        // Of these MariaDB's trackers say nothing (seen on 10.11), and no snapshot holds them.
        Keyword.LastInsertId or Keyword.Identity => StatementTraits.SetsVariables | StatementTraits.MayChangeInsertId,
        Keyword.Timestamp or Keyword.InsertId or Keyword.RandSeed1 or Keyword.RandSeed2 or Keyword.PseudoThreadId
            or Keyword.CharacterSetDatabase or Keyword.CollationDatabase or Keyword.DefaultMasterConnection
            => StatementTraits.SetsVariables | StatementTraits.SetsConnectionValue,
        _ => StatementTraits.SetsVariables | (name.Kind == TokenKind.QuotedName ? AnyOfThese : StatementTraits.None),
    };
}
