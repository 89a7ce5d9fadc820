using Pool.Wire.Replies;

namespace Pool.Wire.Statements;

/// <summary>Turns the tokens of a text into its facts: which statement it is, and what its words touch and read.</summary>
internal struct StatementClassifier(LexerMode mode)
{
    private readonly bool _mariaDb = (mode & LexerMode.MariaDb) != 0;
    private StatementKind _kind;
    private StatementTraits _traits;
    private Keyword _verb;
    private int _depth;
    private int _verbDepth;
    private bool _started;
    private bool _afterVerb;
    private bool _several;
    private bool _ended;
    private bool _evaluates;
    private bool _isBody;
    private bool _isTyped;
    private bool _isEvent;
    private bool _isTemporary;
    private bool _inner;
    private bool _isProgram;
    private bool _isBlock;
    private ResultsAhead _results;
    private bool _combines;
    private bool _limits;
    private bool _hidesInsertId;
    private FoundRowsRule _foundRows = new((mode & LexerMode.MariaDb) != 0);
    private bool _asksUncertain;
    private bool _usesTables;
    private Context _before;
    private FunctionRule _call = new(mode);
    private VariableRule _variable;
    private AssignmentRule _assignment;

    /// <summary>A statement so far may have set variables of the session.</summary>
    public readonly bool MayHaveSet => (_traits & (StatementTraits.SetsVariables | StatementTraits.Routine
        | StatementTraits.UnknownFunction | StatementTraits.TextPrepare)) != 0;

    private readonly bool Reads => _kind is StatementKind.Select or StatementKind.Table or StatementKind.Values;

    /// <summary>Takes the next token.</summary>
    public void Take(in Token token)
    {
        if (token.Kind == TokenKind.Semicolon)
        {
            EndStatement();
            return;
        }

        if (_ended && !Resume())
        {
            return;
        }

        if (_isBody)
        {
            return;
        }

        _traits |= _variable.Take(token, _before) | _call.Take(token, _before, _evaluates);
        _depth += token.Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
        if (!_started)
        {
            First(token);
        }
        else
        {
            if (token.Keyword != Keyword.None || _verb is Keyword.Set or Keyword.Begin)
            {
                Rest(token);
            }

            _afterVerb = false;
        }

        _before.Add(token);
    }

    /// <summary>
    /// What the text was. <paramref name="opaque"/>: its scanner could not be certain. <paramref name="commented"/>: there is a comment after
    /// the last semicolon.
    /// </summary>
    public StatementFacts Finish(bool opaque, bool commented)
    {
        // To servers that is one more statement, an empty one, which has an OK.
        var isFollowed = _ended && commented;
        EndStatement();
        if (opaque)
        {
            return new StatementFacts(StatementKind.Unknown, _traits | StatementTraits.Opaque);
        }

        // Of one statement its kind and its reply tell.
        _traits |= _several && _hidesInsertId ? StatementTraits.MayChangeInsertId : StatementTraits.None;
        var results = _results.Then(_isProgram || _isBlock);
        return new StatementFacts(_several ? StatementKind.Multi : _kind, _traits)
        {
            Results = isFollowed ? results.Then(isProgram: false) : results,
            AsksUncertainFoundRows = _asksUncertain,
            IsPlainDefinition = _kind == StatementKind.Ddl && !_several && !_evaluates,
            UsesNoTable = !_usesTables && (_traits & (StatementTraits.Routine | StatementTraits.UnknownFunction)) == 0,
        };
    }

    private void EndStatement()
    {
        // MariaDB counts the rows of a UNION before its LIMIT.
        _traits |= _call.End() | (_combines && _limits ? StatementTraits.CalcFoundRows : StatementTraits.None);
        if (!_ended)
        {
            _asksUncertain |= _foundRows.IsUncertain && (_traits & StatementTraits.ReadsFoundRows) != 0;
            _foundRows.End();
        }

        _ended = true;
        if (_verb is Keyword.Create or Keyword.Alter or Keyword.Drop or Keyword.Rename
            && !_isTemporary && _kind != StatementKind.Deallocate)
        {
            _traits |= StatementTraits.DefinesObjects;
        }
    }

    /// <summary>A token after a semicolon. False in a routine's body, where nobody can tell if it begins another statement.</summary>
    private bool Resume()
    {
        if (_isBody)
        {
            _traits |= StatementTraits.OtherState;
            return false;
        }

        // Where a block ends nobody can tell: what follows is taken for its own.
        this = new StatementClassifier(_mariaDb ? LexerMode.MariaDb : LexerMode.None)
        {
            _traits = _traits,
            _several = true,
            _hidesInsertId = _hidesInsertId,
            _foundRows = _foundRows,
            _asksUncertain = _asksUncertain,
            _usesTables = _usesTables,
            _isBlock = _isBlock,
            _results = _isBlock ? _results : _results.Then(_isProgram),
        };
        return true;
    }

    private void First(in Token token)
    {
        if (token.Kind == TokenKind.Open)
        {
            return;
        }

        var verb = Verb.Of(token.Keyword);
        if (_depth > 0 && verb.Kind is not (StatementKind.Select or StatementKind.Table or StatementKind.Values))
        {
            verb = Verb.Of(Keyword.None);
        }

        _started = true;
        _afterVerb = true;
        _verb = token.Keyword;
        _variable.IsTarget = _verb == Keyword.Set;
        _verbDepth = _depth;
        _foundRows.Begin(_verb);
        _traits |= verb.Traits;
        _evaluates = verb.Evaluates;
        _kind = _inner ? StatementKind.Set : verb.Kind;
        _usesTables |= !NamesTablesLater(verb.Kind);
        _isProgram = verb.Kind == StatementKind.Call;
        _hidesInsertId |= verb.Kind == StatementKind.Analyze;

        // IF, WHILE, DECLARE and the like: MariaDB runs them outside of stored code too.
        _isBlock |= _mariaDb && verb.Kind == StatementKind.Unknown;
    }

    private void Rest(in Token token)
    {
        if (_verb == Keyword.Set)
        {
            Set(token);
        }
        else if (_verb == Keyword.Begin && token.Keyword != Keyword.Work)
        {
            // BEGIN NOT ATOMIC, or a block in Oracle's mode: a whole program runs.
            _kind = StatementKind.Unknown;
            _traits |= StatementTraits.Opaque;
            _isBody = true;
            _isBlock = true;
        }

        if (token.Keyword >= Keyword.GlobalVariables && _verb != Keyword.Flush)
        {
            // The insert id is among them.
            _traits |= StatementTraits.ReadsVariables | StatementTraits.ReadsInsertId;
            if (token.Keyword is Keyword.UserVariables or Keyword.UserVariablesByThread)
            {
                _traits |= StatementTraits.UserVariables;
            }
        }

        if (token.Keyword != Keyword.None && _before.Last is not (TokenKind.Dot or TokenKind.At or TokenKind.SystemAt))
        {
            KeywordOfAny(token.Keyword);
            KeywordOfVerb(token.Keyword);
        }
    }

    private void Set(in Token token)
    {
        var (traits, isStatement) = _assignment.Take(token, _depth);
        _traits |= traits;
        if (isStatement && token.Keyword == Keyword.For)
        {
            _started = false;
            _inner = true;
            _assignment = default;
        }

        _variable.IsTarget = _assignment.ExpectsTarget;
    }

    private void KeywordOfAny(Keyword word)
    {
        _foundRows.Take(word);
        switch (word)
        {
            case Keyword.Select or Keyword.Values:
                _evaluates |= _verb is Keyword.Create or Keyword.Alter;
                if (_mariaDb && _depth == 0 && word == Keyword.Select && _verb is Keyword.Insert or Keyword.Replace)
                {
                    // MariaDB counts the rows that are written as found, but not always those of a subquery.
                    _traits |= StatementTraits.CalcFoundRows;
                }

                break;
            case Keyword.From or Keyword.Table:
                _usesTables = true;
                break;
            case Keyword.Union or Keyword.Except or Keyword.Intersect:
                _combines |= _depth == 0;
                break;
            case Keyword.Limit when _mariaDb && Reads:
                _limits = true;
                break;
            case Keyword.SqlCalcFoundRows:
                _traits |= StatementTraits.CalcFoundRows;
                break;
            case Keyword.Duplicate when _before.Keyword == Keyword.On:
                _traits |= StatementTraits.MayChangeInsertId;
                break;
            case Keyword.Returning when _verb is Keyword.Insert or Keyword.Replace:
                _hidesInsertId = true;
                break;
            case Keyword.Value when _mariaDb && _before.Keyword is Keyword.Next or Keyword.Previous:
                _traits |= StatementTraits.Sequences;
                break;
            case Keyword.Into or Keyword.Lock when Reads:
            case Keyword.Update or Keyword.Share when Reads && _before.Keyword == Keyword.For:
            case Keyword.Analyze when _kind == StatementKind.Explain:
                _traits |= StatementTraits.LocksOrWrites;
                break;
            default:
                break;
        }
    }

    private void KeywordOfVerb(Keyword word)
    {
        switch (_verb)
        {
            case Keyword.Create or Keyword.Alter or Keyword.Drop:
                Definition(word);
                break;
            case Keyword.With when _depth == _verbDepth && IsVerbAfterWith(word):
                _verb = word;
                _kind = _inner ? StatementKind.Set : Verb.Of(word).Kind;
                break;
            case Keyword.Flush:
                Flush(word);
                break;
            case Keyword.Show when word is Keyword.Warnings or Keyword.Errors && (_afterVerb || _before.Last == TokenKind.Close):
                _traits |= StatementTraits.ReadsDiagnostics;
                break;
            case Keyword.Show when word == Keyword.Processlist:
                _traits |= StatementTraits.ListsProcesses;
                break;
            case Keyword.Show when word == Keyword.Variables:
                _traits |= StatementTraits.ReadsVariables | StatementTraits.ReadsInsertId;
                break;
            case Keyword.Rollback when word == Keyword.To:
                _kind = StatementKind.Savepoint;
                break;
            case Keyword.Commit or Keyword.Rollback when word == Keyword.Release && _before.Keyword != Keyword.No:
                _traits |= StatementTraits.OtherState;
                break;
            case Keyword.Lock or Keyword.Unlock or Keyword.Start or Keyword.Load when _afterVerb:
                Second(word);
                break;
            default:
                break;
        }
    }

    // Behind FROM or TABLE, if at all.
    private static bool NamesTablesLater(StatementKind kind) => kind is StatementKind.Select or StatementKind.Values or StatementKind.Do
        or StatementKind.Set or StatementKind.Show or StatementKind.Begin or StatementKind.Commit or StatementKind.Rollback
        or StatementKind.Savepoint or StatementKind.Use or StatementKind.Kill;

    private static bool IsVerbAfterWith(Keyword word) => word is Keyword.Select or Keyword.Table or Keyword.Values
        or Keyword.Insert or Keyword.Replace or Keyword.Update or Keyword.Delete;

    private void Second(Keyword word)
    {
        switch (_verb, word)
        {
            case (Keyword.Lock, Keyword.Table or Keyword.Tables):
                _kind = StatementKind.LockTables;
                _traits |= StatementTraits.TableLocks;
                break;
            case (Keyword.Lock, Keyword.Instance):
                _traits |= StatementTraits.GlobalLock;
                break;
            case (Keyword.Unlock, Keyword.Table or Keyword.Tables):
                _kind = StatementKind.UnlockTables;
                break;
            case (Keyword.Start, Keyword.Transaction):
                _kind = StatementKind.Begin;
                break;
            case (Keyword.Load, Keyword.Data or Keyword.Xml):
                _kind = StatementKind.LoadData;
                _hidesInsertId = true;
                break;
            default:
                break;
        }
    }

    private void Definition(Keyword word)
    {
        switch (word)
        {
            case Keyword.Temporary:
                _traits |= StatementTraits.TemporaryTable;
                _isTemporary |= _before.Keyword is Keyword.Create or Keyword.Drop or Keyword.Replace;
                break;
            case Keyword.Table:
                // The second time it is a query.
                _evaluates |= _isTyped;
                _isTyped = true;
                break;
            case Keyword.Event:
                // The schedule, before the body, is evaluated at once.
                _isEvent = !_isTyped;
                break;
            case Keyword.Procedure or Keyword.Function or Keyword.Trigger or Keyword.Package:
            case Keyword.Do when _isEvent:
                _isBody = !_isTyped && _verb != Keyword.Drop;
                break;
            case Keyword.Prepare when _verb == Keyword.Drop && _afterVerb:
                _kind = StatementKind.Deallocate;
                _traits |= StatementTraits.TextPrepare;
                break;
            default:
                break;
        }
    }

    private void Flush(Keyword word)
    {
        _traits |= word switch
        {
            Keyword.With when _before.Keyword is Keyword.Table or Keyword.Tables
                => StatementTraits.TableLocks,
            Keyword.Lock when _before.Keyword == Keyword.Read => StatementTraits.TableLocks,
            Keyword.Export => StatementTraits.TableLocks,
            Keyword.UserVariables => StatementTraits.UserVariables,
            _ => StatementTraits.None,
        };
    }
}
