using System.Text;

namespace Pool.Wire.Statements;

/// <summary>Parses the plain forms of the statements that <see cref="SessionObjects"/> follows.</summary>
internal ref struct SessionObjectParser(ReadOnlySpan<byte> sql, LexerMode mode)
{
    private readonly List<string> _created = [];
    private readonly List<string> _dropped = [];
    private TokenReader _tokens = new(sql, mode);
    private bool _dropsAll;

    /// <summary>DROP TABLE, RENAME TABLE, ALTER TABLE.</summary>
    public static bool MayDropOrRenameTables(ReadOnlySpan<byte> sql, LexerMode mode)
    {
        const int FewWords = 4;
        var tokens = new WholeText(sql, mode);
        var found = tokens.Next().Keyword is Keyword.Drop or Keyword.Rename or Keyword.Alter;
        for (var words = 0; found && words < FewWords; words++)
        {
            if (tokens.Next().Keyword is Keyword.Table or Keyword.Tables)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>False when the statement is none of the plain forms.</summary>
    public bool TryParse(SessionObjectKind kind, out SessionObjectChange change)
    {
        var verb = _tokens.Now.Keyword;
        _tokens.Step();
        var understood = (kind, verb) switch
        {
            (SessionObjectKind.TemporaryTable, Keyword.Create) => TryParseCreate(),
            (SessionObjectKind.TemporaryTable, Keyword.Drop) => TryParseDrop(),
            (SessionObjectKind.Handler, Keyword.Handler) => TryParseHandler(),
            (SessionObjectKind.UserLock, Keyword.Select or Keyword.Do) => TryParseLocks(),
            (SessionObjectKind.PreparedText, Keyword.Prepare) => TryTakeName(_created) && _tokens.TryTake("from"u8),
            (SessionObjectKind.PreparedText, Keyword.Deallocate or Keyword.Drop) =>
                _tokens.TryTake("prepare"u8) && TryTakeName(_dropped) && _tokens.Ends(),
            _ => false,
        };
        change = new SessionObjectChange(kind, _created, _dropped, _dropsAll);

        // Of one that is made and dropped at once nobody knows in which order.
        return understood && (_created.Count == 0 || (_dropped.Count == 0 && !_dropsAll));
    }

    private bool TryParseCreate() => (!_tokens.TryTake("or"u8) || _tokens.TryTake("replace"u8))
        && _tokens.TryTake("temporary"u8) && _tokens.TryTake("table"u8)
        && (!_tokens.TryTake("if"u8) || (_tokens.TryTake("not"u8) && _tokens.TryTake("exists"u8)))
        && TryTakeTable(_created);

    private bool TryParseDrop()
    {
        _tokens.TryTake("temporary"u8);
        if (!(_tokens.TryTake("table"u8) || _tokens.TryTake("tables"u8))
            || (_tokens.TryTake("if"u8) && !_tokens.TryTake("exists"u8)))
        {
            return false;
        }

        do
        {
            if (!TryTakeTable(_dropped))
            {
                return false;
            }
        }
        while (_tokens.TryTake(TokenKind.Comma));

        if (!_tokens.TryTake("restrict"u8))
        {
            _tokens.TryTake("cascade"u8);
        }

        return _tokens.Ends();
    }

    private bool TryParseHandler()
    {
        if (!TryReadName(out var name))
        {
            return false;
        }

        if (_tokens.TryTake(TokenKind.Dot) && !TryReadName(out name))
        {
            return false;
        }

        if (_tokens.TryTake("read"u8))
        {
            return true;
        }

        if (_tokens.TryTake("close"u8))
        {
            _dropped.Add(name);
            return _tokens.Ends();
        }

        var opens = _tokens.TryTake("open"u8);
        var isRenamed = _tokens.TryTake("as"u8) || _tokens.Now.Kind is TokenKind.Word or TokenKind.QuotedName;
        if (!opens || (isRenamed && !TryReadName(out name)))
        {
            return false;
        }

        _created.Add(name);
        return _tokens.Ends();
    }

    private bool TryParseLocks()
    {
        do
        {
            if (!TryParseLock())
            {
                return false;
            }

            if (_tokens.TryTake("as"u8) || _tokens.Now.Kind is TokenKind.Word or TokenKind.QuotedName)
            {
                _tokens.Step();
            }
        }
        while (_tokens.TryTake(TokenKind.Comma));
        return _tokens.Ends();
    }

    private bool TryParseLock()
    {
        var function = _tokens.Now.Keyword;
        _tokens.Step();
        if (!_tokens.TryTake(TokenKind.Open))
        {
            return false;
        }

        switch (function)
        {
            case Keyword.ReleaseAllLocks:
                _dropsAll = true;
                return _tokens.TryTake(TokenKind.Close);
            case Keyword.ReleaseLock:
                return TryTakeText(_dropped) && _tokens.TryTake(TokenKind.Close);
            case Keyword.GetLock:
                return TryTakeText(_created) && TryTakeTimeout();
            default:
                return false;
        }
    }

    // MariaDB allows it to be left out.
    private bool TryTakeTimeout()
    {
        if (_tokens.TryTake(TokenKind.Comma))
        {
            if (_tokens.Symbol == '-')
            {
                _tokens.Step();
            }

            if (!_tokens.TryTake(TokenKind.Number) || (_tokens.TryTake(TokenKind.Dot) && !_tokens.TryTake(TokenKind.Number)))
            {
                return false;
            }
        }

        return _tokens.TryTake(TokenKind.Close);
    }

    private bool TryTakeTable(List<string> names)
    {
        if (!TryReadName(out var name))
        {
            return false;
        }

        var database = "";
        if (_tokens.TryTake(TokenKind.Dot))
        {
            database = name;
            if (!TryReadName(out name))
            {
                return false;
            }
        }

        names.Add($"{database}.{name}");
        return true;
    }

    private bool TryTakeName(List<string> names)
    {
        var isName = TryReadName(out var name);
        names.Add(name);
        return isName;
    }

    private bool TryTakeText(List<string> names)
    {
        var isText = _tokens.Now.Kind == TokenKind.String & TryUnquote(out var text);
        names.Add(text);
        return isText;
    }

    private bool TryReadName(out string name)
    {
        name = "";
        if (_tokens.Now.Kind == TokenKind.QuotedName)
        {
            return TryUnquote(out name);
        }

        name = Encoding.ASCII.GetString(_tokens.Text);
        return !_tokens.Text.ContainsAnyExceptInRange((byte)'!', (byte)'~') && _tokens.TryTake(TokenKind.Word);
    }

    // What goes on behind its quote has a quote in it.
    private bool TryUnquote(out string text)
    {
        var quoted = _tokens.Text;
        var inner = quoted.Length < 3 ? default : quoted[1..^1];
        var continues = _tokens.Next.Glued && _tokens.Next.Kind == _tokens.Now.Kind;
        text = Encoding.ASCII.GetString(inner);
        _tokens.Step();
        return !continues && !inner.IsEmpty && !inner.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !inner.Contains((byte)'\\');
    }
}
