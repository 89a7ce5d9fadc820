namespace Pool.Wire.Statements;

/// <summary>
/// Whose number FOUND_ROWS() tells in a text of several statements: that of before the text, as long as none of them may have counted rows;
/// then their own, if they have for certain. A mutable value, which all who follow a text feed with the same words.
/// </summary>
internal struct FoundRowsRule(bool mariaDb)
{
    private State _state;
    private State _next;

    private enum State : byte
    {
        Before,
        Uncertain,
        Counted,
    }

    /// <summary>No statement so far may have counted rows, the present one left aside.</summary>
    public readonly bool IsOfBefore => _state == State.Before;

    /// <summary>Some statement so far may have counted rows, and none has for certain: a connection may still say what another session's left.</summary>
    public readonly bool IsUncertain => _state == State.Uncertain;

    /// <summary>A statement begins, with this word.</summary>
    public void Begin(Keyword verb)
    {
        _next = verb switch
        {
            Keyword.Select or Keyword.Table or Keyword.Values => mariaDb ? State.Uncertain : State.Counted,
            Keyword.Do when !mariaDb => State.Counted,
            Keyword.Do or Keyword.Set or Keyword.Begin or Keyword.Start or Keyword.Commit or Keyword.Rollback or Keyword.Savepoint or Keyword.Release
                or Keyword.Use or Keyword.Lock or Keyword.Unlock or Keyword.Prepare or Keyword.Deallocate => State.Before,
            _ => State.Uncertain,
        };

        // Nothing is replaced in it, nor behind it.
        _state = verb is Keyword.Create or Keyword.Alter && _state == State.Before ? State.Uncertain : _state;
    }

    /// <summary>A further word of the statement, which is neither behind a dot nor a variable's name.</summary>
    public void Take(Keyword word)
    {
        if (_next == State.Before && word is Keyword.Select or Keyword.Call or Keyword.Execute or Keyword.Statement)
        {
            _next = State.Uncertain;
        }
        else if (word == Keyword.SqlCalcFoundRows)
        {
            _next = State.Counted;
        }
    }

    /// <summary>The statement has ended.</summary>
    public void End() => (_state, _next) = (_next > _state ? _next : _state, State.Before);
}
