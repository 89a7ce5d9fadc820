namespace Pool.Wire.Statements;

/// <summary>Finds the routines that a whole text calls, token by token.</summary>
internal ref struct CallFinder(ReadOnlySpan<byte> sql, LexerMode mode)
{
    private readonly ReadOnlySpan<byte> _sql = sql;
    private FunctionRule _functions = new(mode);
    private Range _schema;
    private Range _name;
    private int _parts;
    private bool _odd;
    private bool _calling;

    /// <summary>
    /// Takes the next token, after those <paramref name="before"/> it. The traits are those of <see cref="FunctionRule"/>;
    /// <paramref name="call"/> is the call that ended with the token before, or whose arguments begin with this one.
    /// </summary>
    public StatementTraits Take(in Token token, in Context before, out RoutineName? call)
    {
        call = null;
        var isName = token.Kind is TokenKind.Word or TokenKind.QuotedName;
        if (_calling && _parts > 0 && !(token.Kind == TokenKind.Dot || (isName && (before.Last == TokenKind.Dot || IsGlued(token, before)))))
        {
            call = Call(RoutineKind.Procedure);
        }

        var traits = _functions.Take(token, before, evaluates: true);
        if ((traits & StatementTraits.UnknownFunction) != 0)
        {
            call = Call(RoutineKind.Function);
        }

        if (isName)
        {
            Name(token, before);
        }
        else if (token.Kind != TokenKind.Dot)
        {
            _parts = 0;
        }

        if (token.Keyword == Keyword.Call && before.Last is not (TokenKind.Dot or TokenKind.At or TokenKind.SystemAt))
        {
            (_calling, _parts) = (true, 0);
        }

        return traits;
    }

    /// <summary>The call that the text ends with, if it does. Call once.</summary>
    public RoutineName? End() => _calling && _parts > 0 ? Call(RoutineKind.Procedure) : null;

    private void Name(in Token token, in Context before)
    {
        var range = token.Kind == TokenKind.QuotedName ? (token.Start + 1)..(token.End - 1) : token.Start..token.End;
        if (before.Last == TokenKind.Dot && _parts > 0)
        {
            (_schema, _name, _parts) = (_name, range, _parts + 1);
        }
        else if (IsGlued(token, before))
        {
            _odd = true;
        }
        else
        {
            (_name, _parts, _odd) = (range, 1, false);
        }
    }

    // A doubled quote: one name to the server, two tokens here.
    private static bool IsGlued(in Token token, in Context before) =>
        token.Kind == TokenKind.QuotedName && before.Last == TokenKind.QuotedName && token.Glued;

    private RoutineName Call(RoutineKind kind)
    {
        _calling = false;
        return _parts switch
        {
            1 when !_odd => new RoutineName(null, FoldedName.Of(_sql[_name]), kind),
            2 when !_odd => new RoutineName(FoldedName.Of(_sql[_schema]), FoldedName.Of(_sql[_name]), kind),

            // A package's routine, or a name with quotes inside.
            _ => new RoutineName(FoldedName.Odd, FoldedName.Odd, kind),
        };
    }
}
