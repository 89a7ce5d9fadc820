namespace Pool.Wire.Statements;

/// <summary>
/// One pass of <see cref="RoutineBody"/> over a definition. It does not parse the blocks; it only finds where statements may begin, and
/// takes too many places for one (THEN and ELSE inside of expressions) rather than too few.
/// </summary>
internal ref struct RoutineBodyPass(ReadOnlySpan<byte> sql, LexerMode mode)
{
    private const StatementTraits Inside = StatementTraits.Routine | StatementTraits.UnknownFunction
        | StatementTraits.ReadsDiagnostics | StatementTraits.ReadsConnectionId;

    private readonly ReadOnlySpan<byte> _sql = sql;
    private readonly bool _mariaDb = (mode & LexerMode.MariaDb) != 0;
    private readonly HashSet<RoutineName> _calls = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locals = new(StringComparer.Ordinal);
    private WholeText _tokens = new(sql, mode);
    private CallFinder _finder = new(sql, mode);
    private VariableRule _variables;
    private BodyAssignments _assignments = new(sql);
    private Context _before;
    private StatementTraits _traits;
    private Keyword _verb;
    private Start _start = Start.Statement;
    private bool _inCharacteristics;
    private Names _declared;
    private Conditions _conditions;
    private bool _unexplained;
    private bool _writes;

    /// <summary>If a statement can begin with the next token.</summary>
    private enum Start : byte
    {
        No,
        Maybe,
        Statement,
    }

    /// <summary>Where in the list of names of a DECLARE the next token is.</summary>
    private enum Names : byte
    {
        None,
        Name,
        Comma,
    }

    /// <summary>Where in DECLARE .. HANDLER FOR the next token is.</summary>
    private enum Conditions : byte
    {
        None,
        Condition,
        Comma,
    }

    /// <summary>Reads all of it.</summary>
    public RoutineBody Run(bool hasHeader)
    {
        if (hasHeader)
        {
            // Between it and the body are words of the routine's own, and what type a function has.
            _inCharacteristics = true;
            _start = Start.Maybe;
            _traits |= RoutineHeader.TrySkip(_sql, ref _tokens, _locals) ? StatementTraits.None : StatementTraits.OtherState;
        }

        for (var token = _tokens.Next(); token.Kind != TokenKind.None; token = _tokens.Next())
        {
            Take(token);
        }

        Take(new Token(TokenKind.Semicolon, default, Glued: false, _sql.Length, _sql.Length));
        AddCall(_finder.End());
        var opaque = _tokens.Opaque ? StatementTraits.OtherState : StatementTraits.None;
        return new RoutineBody((_traits & ~Inside) | opaque, _writes, _calls, [.. _names]);
    }

    private void Take(in Token token)
    {
        _traits |= _variables.Take(token, _before) | _finder.Take(token, _before, out var call);
        AddCall(call);
        if (_unexplained)
        {
            // Neither a statement that is known nor a label.
            _traits |= IsColon(token) ? StatementTraits.None : StatementTraits.OtherState;
            _unexplained = false;
        }

        _traits |= _assignments.Take(token, _before, _locals);
        Follow(token);
        if (token.Kind is TokenKind.Word or TokenKind.QuotedName)
        {
            _names.Add(FoldedName.Of(FoldedName.Bytes(_sql, token)));
        }

        if (_before.Last is not (TokenKind.Dot or TokenKind.At or TokenKind.SystemAt))
        {
            if (_start != Start.No)
            {
                Begin(token);
            }

            Word(token);
        }

        _start = After(token);
        _before.Add(token);
    }

    private void AddCall(RoutineName? call)
    {
        if (call is { } found && !(found is { Schema: null, Kind: RoutineKind.Function } && _locals.Contains(found.Name)))
        {
            _calls.Add(found);
        }
    }

    /// <summary>Reads what DECLARE declares, up to the statement of a handler.</summary>
    private void Follow(in Token token)
    {
        if (_conditions == Conditions.Comma && token.Kind != TokenKind.Comma)
        {
            (_conditions, _start) = (Conditions.None, Start.Statement);
        }
        else if (_conditions != Conditions.None)
        {
            var goesOn = token.Kind == TokenKind.Comma || Is(token, "sqlstate"u8) || Is(token, "value"u8) || Is(token, "not"u8);
            _conditions = goesOn ? Conditions.Condition : Conditions.Comma;
        }
        else if (_verb == Keyword.None && _declared == Names.None && _before.Keyword == Keyword.Handler && token.Keyword == Keyword.For)
        {
            _conditions = Conditions.Condition;
        }

        if (_declared == Names.Name)
        {
            _locals.Add(FoldedName.Of(FoldedName.Bytes(_sql, token)));
            _declared = Names.Comma;
        }
        else if (_declared == Names.Comma)
        {
            _declared = token.Kind == TokenKind.Comma ? Names.Name : Names.None;
        }
    }

    private Start After(in Token token)
    {
        if (_inCharacteristics)
        {
            return Start.Maybe;
        }

        if (token.Kind == TokenKind.Semicolon || token.Keyword == Keyword.Begin)
        {
            return Start.Statement;
        }

        var mayStart = token.Keyword == Keyword.Do || Is(token, "then"u8) || Is(token, "else"u8) || Is(token, "loop"u8) || Is(token, "repeat"u8)
            || IsColon(token);
        return mayStart ? Start.Maybe : Start.No;
    }

    private void Begin(in Token token)
    {
        var isCertain = _start == Start.Statement;
        _verb = token.Keyword;
        var verb = Verb.Of(_verb);
        _inCharacteristics &= (verb.Kind == StatementKind.Unknown || !IsWord(token)) && !IsStructure(token) && !IsColon(token);
        if (_verb == Keyword.Set)
        {
            _assignments.Begin();
        }
        else if (Is(token, "declare"u8))
        {
            _declared = Names.Name;
        }
        else if (verb.Kind != StatementKind.Unknown && IsWord(token))
        {
            _traits |= verb.Traits | (IsOutside(verb.Kind, _verb) ? StatementTraits.OtherState : StatementTraits.None);
            _traits |= _verb is Keyword.Select or Keyword.Table or Keyword.Values or Keyword.With ? StatementTraits.CalcFoundRows : 0;
        }
        else if (isCertain && token.Kind is not (TokenKind.Open or TokenKind.Semicolon))
        {
            _unexplained = !IsStructure(token);
        }
    }

    // Statements that stored code can hardly have, and that do more than to data.
    private static bool IsOutside(StatementKind kind, Keyword verb) =>
        kind is StatementKind.Flush or StatementKind.Use or StatementKind.Kill
        || (kind == StatementKind.Admin && verb is not (Keyword.Check or Keyword.Checksum or Keyword.Optimize or Keyword.Repair or Keyword.Start));

    private void Word(in Token token)
    {
        switch (token.Keyword)
        {
            case Keyword.Insert or Keyword.Replace or Keyword.Update or Keyword.Delete or Keyword.Load or Keyword.Create or Keyword.Alter
                or Keyword.Drop or Keyword.Truncate or Keyword.Rename or Keyword.Duplicate:
                _writes = true;
                _traits |= StatementTraits.MayChangeInsertId | StatementTraits.LocksOrWrites;
                _traits |= token.Keyword is Keyword.Create or Keyword.Alter or Keyword.Drop or Keyword.Rename ? StatementTraits.DefinesObjects : 0;
                break;
            case Keyword.Lock or Keyword.Share:
                _traits |= StatementTraits.LocksOrWrites;
                break;
            case Keyword.SqlCalcFoundRows:
                _traits |= StatementTraits.CalcFoundRows;
                break;
            case Keyword.Temporary:
                _traits |= StatementTraits.TemporaryTable;
                break;
            case Keyword.Value when _mariaDb && _before.Keyword is Keyword.Next or Keyword.Previous:
                _traits |= StatementTraits.Sequences;
                break;
            case Keyword.Release when _verb is Keyword.Commit or Keyword.Rollback && _before.Keyword != Keyword.No:
                _traits |= StatementTraits.OtherState;
                break;
        }
    }

    private readonly bool IsStructure(in Token token) =>
        Is(token, "if"u8) || Is(token, "elseif"u8) || Is(token, "else"u8) || Is(token, "case"u8) || Is(token, "when"u8) || Is(token, "end"u8)
        || Is(token, "loop"u8) || Is(token, "while"u8) || Is(token, "repeat"u8) || Is(token, "until"u8) || Is(token, "for"u8)
        || Is(token, "leave"u8) || Is(token, "iterate"u8) || Is(token, "return"u8) || Is(token, "open"u8) || Is(token, "fetch"u8)
        || Is(token, "close"u8);

    private readonly bool IsColon(in Token token) => token.Kind == TokenKind.Other && _sql[token.Start] == ':';

    private static bool IsWord(in Token token) => token.Kind == TokenKind.Word;

    private readonly bool Is(in Token token, ReadOnlySpan<byte> word) => RoutineHeader.Is(_sql, token, word);
}
