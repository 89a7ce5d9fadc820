namespace Pool.Wire.Statements;

/// <summary>Reads SET: what each of its assignments is for. Values are the other rules' business.</summary>
internal struct AssignmentRule
{
    private State _state;

    private enum State : byte
    {
        First,
        Target,
        SystemVariable,
        Value,
        Variables,
        Whole,
    }

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
        _state = token.Kind == TokenKind.SystemAt ? State.SystemVariable : State.Value;
        var outside = token.Kind is TokenKind.At or TokenKind.SystemAt
            || token.Keyword is Keyword.Global or Keyword.Persist or Keyword.PersistOnly or Keyword.Password;
        return outside ? StatementTraits.None : StatementTraits.SetsVariables;
    }

    private static StatementTraits SystemVariable(in Token name) => name.Keyword switch
    {
        Keyword.Global or Keyword.Persist or Keyword.PersistOnly => StatementTraits.None,

        // With @@ and without a scope these hold for the next transaction only.
        Keyword.TransactionIsolation or Keyword.TransactionReadOnly or Keyword.TxIsolation or Keyword.TxReadOnly
            => StatementTraits.SetsVariables | StatementTraits.TransactionCharacteristics,
        _ => StatementTraits.SetsVariables | (name.Kind == TokenKind.QuotedName ? StatementTraits.TransactionCharacteristics : 0),
    };
}
