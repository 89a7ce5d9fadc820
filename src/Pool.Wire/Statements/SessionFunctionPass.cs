using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Pool.Wire.Statements;

/// <summary>One pass of <see cref="SessionFunctions"/> over a text, with the five next tokens in sight.</summary>
internal ref struct SessionFunctionPass
{
    private const int LongestColumnName = 256;

    private readonly ReadOnlySpan<byte> _sql;
    private SessionValues _values;
    private readonly IBufferWriter<byte> _output;
    private WholeText _tokens;
    private SelectLists _lists;
    private FoundRowsRule _foundRows;
    private Token _before;
    private Token _now;
    private Token _next;
    private Token _third;
    private Token _fourth;
    private Token _fifth;
    private Keyword _verb;
    private bool _inStatement;
    private int _written;

    public SessionFunctionPass(ReadOnlySpan<byte> sql, LexerMode mode, in SessionValues values, IBufferWriter<byte> output)
    {
        _sql = sql;
        _values = AsksForThread(sql, mode) ? values with { ConnectionId = null } : values;
        _output = output;
        _tokens = new WholeText(sql, mode);
        _foundRows = new FoundRowsRule((mode & LexerMode.MariaDb) != 0);
        for (var i = 0; i < 5; i++)
        {
            Step();
        }
    }

    /// <summary>True when something was replaced.</summary>
    public bool Run()
    {
        for (; _now.Kind != TokenKind.None && !IsDefinition(); Step())
        {
            var length = Match(out var value, out var type);
            if (length == 0)
            {
                _lists.Take(_before, _now);
                continue;
            }

            // Of the variables the servers say that they may be NULL, and of the functions not.
            var choice = _now.Kind == TokenKind.SystemAt ? "IF(1, CAST("u8 : "COALESCE(CAST("u8;
            var isItem = _lists.BeginsItem(_before);
            var start = _now.Start;
            for (; length > 1; length--)
            {
                Step();
            }

            Replace(start, _now.End, choice, value, type, isItem && SelectLists.EndsItem(_next));
        }

        if (_written == 0)
        {
            return false;
        }

        _output.Write(_sql[_written..]);
        return true;
    }

    private void Step()
    {
        (_before, _now, _next, _third, _fourth) = (_now, _next, _third, _fourth, _fifth);
        _fifth = _tokens.Next();
    }

    private bool IsDefinition()
    {
        if (_now.Kind == TokenKind.Semicolon)
        {
            // What comes after it asks for what the statement before it did, which may have left FOUND_ROWS() as it was.
            _inStatement = false;
            _foundRows.End();
            _values = new SessionValues(_values.ConnectionId, FoundRows: _foundRows.IsOfBefore ? _values.FoundRows : null);
        }
        else if (!_inStatement && _now.Kind != TokenKind.Open)
        {
            _inStatement = true;
            _verb = _now.Keyword;
            _foundRows.Begin(_verb);
        }
        else if (_before.Kind is not (TokenKind.Dot or TokenKind.At or TokenKind.SystemAt))
        {
            _foundRows.Take(_now.Keyword);
        }

        return _inStatement && _verb is Keyword.Create or Keyword.Alter;
    }

    /// <summary>
    /// How many tokens from here on are one replaceable call; 0 for none. No type is that of <see cref="SessionValues.LastGtid"/>, whatever
    /// the value.
    /// </summary>
    private readonly int Match(out long value, out ReadOnlySpan<byte> type)
    {
        type = "UNSIGNED"u8;
        value = 0;
        if (_now.Kind == TokenKind.Word && _next.Kind == TokenKind.Open && _third.Kind == TokenKind.Close
            && _before.Kind is not (TokenKind.Dot or TokenKind.At or TokenKind.SystemAt))
        {
            type = _now.Keyword is Keyword.RowCount or Keyword.FoundRows ? "SIGNED"u8 : type;
            return Function(_now.Keyword, out value) ? 3 : 0;
        }

        if (_now.Kind != TokenKind.SystemAt || IsAssigned())
        {
            return 0;
        }

        if (_next.Keyword is Keyword.Session or Keyword.Local && _third.Kind == TokenKind.Dot)
        {
            return _fifth.Kind != TokenKind.Dot && Variable(_fourth.Keyword, ref type, out value) ? 4 : 0;
        }

        return _third.Kind != TokenKind.Dot && Variable(_next.Keyword, ref type, out value) ? 2 : 0;
    }

    private readonly bool IsAssigned() =>
        _verb == Keyword.Set && (_before.Keyword == Keyword.Set || (_before.Kind == TokenKind.Comma && _lists.Depth == 0));

    private readonly bool Function(Keyword name, out long value) => name switch
    {
        Keyword.ConnectionId => Known(_values.ConnectionId, out value),
        Keyword.LastInsertId => Known((long?)_values.LastInsertId, out value),
        Keyword.RowCount => Known(_values.RowCount, out value),
        Keyword.FoundRows => Known((long?)_values.FoundRows, out value),
        _ => Known(null, out value),
    };

    private readonly bool Variable(Keyword name, ref ReadOnlySpan<byte> type, out long value)
    {
        type = name == Keyword.LastGtid ? default : type;
        return Variable(name, out value);
    }

    private readonly bool Variable(Keyword name, out long value) => name switch
    {
        Keyword.LastGtid => Known(_values.LastGtid.HasValue ? 0 : null, out value),
        Keyword.PseudoThreadId => Known(_values.ConnectionId, out value),
        Keyword.LastInsertId or Keyword.Identity => Known((long?)_values.LastInsertId, out value),
        Keyword.WarningCount => Known((long?)_values.WarningCount, out value),
        Keyword.ErrorCount => Known((long?)_values.ErrorCount, out value),
        _ => Known(null, out value),
    };

    // IS_USED_LOCK() answers with a thread of the server's, and what it is compared with must be one.
    private static bool AsksForThread(ReadOnlySpan<byte> sql, LexerMode mode)
    {
        var tokens = new WholeText(sql, mode);
        var (before, now) = (default(Token), tokens.Next());
        while (now.Kind != TokenKind.None && !(before.Keyword == Keyword.IsUsedLock && now.Kind == TokenKind.Open))
        {
            (before, now) = (now, tokens.Next());
        }

        return now.Kind != TokenKind.None;
    }

    private static bool Known(long? known, out long value)
    {
        value = known.GetValueOrDefault();
        return known.HasValue;
    }

    // A cast, not a bare number: it is no column's position after ORDER BY, and a sign cannot join an operator. The call stays behind
    // it, never evaluated, and gives the column the type and length that it would have given it.
    private void Replace(int start, int end, ReadOnlySpan<byte> choice, long value, ReadOnlySpan<byte> type, bool named)
    {
        _output.Write(_sql[_written..start]);
        if (type.IsEmpty)
        {
            WriteLastGtid();
        }
        else
        {
            WriteNumber(choice, value, type);
        }

        _output.Write(_sql[start..end]);
        _output.Write(")"u8);
        if (named && end - start <= LongestColumnName)
        {
            _output.Write(" AS "u8);
            WriteQuotedName(_sql[start..end]);
        }

        _written = end;
    }

    private readonly void WriteLastGtid()
    {
        _output.Write("IF(1, CONVERT('"u8);
        _output.Write(Encoding.ASCII.GetBytes(_values.LastGtid.ToString()!));
        _output.Write("' USING utf8mb3), "u8);
    }

    private readonly void WriteNumber(ReadOnlySpan<byte> choice, long value, ReadOnlySpan<byte> type)
    {
        _output.Write(choice);
        Span<byte> digits = stackalloc byte[20];
        var fits = type.SequenceEqual("SIGNED"u8)
            ? Utf8Formatter.TryFormat(value, digits, out var length)
            : Utf8Formatter.TryFormat((ulong)value, digits, out length);
        _output.Write(digits[..(fits ? length : 0)]);
        _output.Write(" AS "u8);
        _output.Write(type);
        _output.Write("), "u8);
    }

    private readonly void WriteQuotedName(ReadOnlySpan<byte> name)
    {
        _output.Write("`"u8);
        for (var tick = name.IndexOf((byte)'`'); tick >= 0; tick = name.IndexOf((byte)'`'))
        {
            _output.Write(name[..tick]);
            _output.Write("``"u8);
            name = name[(tick + 1)..];
        }

        _output.Write(name);
        _output.Write("`"u8);
    }
}
