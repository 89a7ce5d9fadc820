using System.Runtime.CompilerServices;

namespace Pool.Wire.Statements;

/// <summary>
/// Cuts the text of statements into tokens and drops white space and comments. It can stop after any byte and go on with
/// the next chunk: whatever was half seen is in its fields. A doubled quote ends one string and begins another, glued, which
/// is the same to every rule.
/// <see href="https://dev.mysql.com/doc/refman/9.0/en/language-structure.html"/>
/// </summary>
internal struct TokenScanner(LexerMode mode)
{
    // No table of variables has a shorter name; most columns have one.
    private const int ShortestTable = 14;

    private readonly LexerMode _mode = mode;
    private State _state;
    private TokenKind _quotedKind;
    private byte _quote;
    private bool _escapes;
    private bool _apart;
    private bool _inVersionComment;
    private VersionComment _version;
    private Carry _carry;
    private byte _carried;
    private int _start;

    private enum State : byte
    {
        Code,
        Word,
        Quoted,
        Escape,
        Dash,
        DashDash,
        LineComment,
        Slash,
        SlashStar,
        SlashStarM,
        Version,
        Star,
        BlockComment,
        BlockCommentStar,
        At,
    }

    /// <summary>Some text may mean something else to the server: an undecidable version comment, an unclosed quote.</summary>
    public bool Opaque { get; private set; }

    /// <summary>
    /// An earlier statement of the text may have changed how the server reads what follows: from here on all is opaque that another mode or
    /// character set would read differently.
    /// </summary>
    public bool MayReadDifferently { get; set; }

    /// <summary>There was a comment, since this was last set to false.</summary>
    public bool HasComment { get; set; }

    /// <summary>The next token of <paramref name="sql"/> from <paramref name="at"/> on; false at its end.</summary>
    public bool Next(ReadOnlySpan<byte> sql, ref int at, out Token token)
    {
        token = default;
        while (at < sql.Length)
        {
            var found = _state switch
            {
                State.Code => Code(sql, ref at, out token),
                State.Word => Word(sql, ref at, out token),
                State.Quoted => Quoted(sql, ref at, out token),
                State.Escape => Advance(ref at, State.Quoted),
                State.Slash or State.SlashStar or State.SlashStarM => Slash(sql[at], ref at, out token),
                State.Version => Version(sql[at], ref at),
                State.LineComment or State.BlockComment or State.BlockCommentStar => Comment(sql, ref at),
                _ => Pending(sql[at], ref at, out token),
            };
            if (found)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The last token, when the end of the text was all that it waited for. Call once.</summary>
    public bool End(int at, out Token token)
    {
        token = default;
        var state = _state;
        _state = State.Code;
        HasComment |= state is State.LineComment or State.DashDash;
        Opaque |= _inVersionComment || state is State.Quoted or State.Escape or State.BlockComment or State.BlockCommentStar
            or State.SlashStar or State.SlashStarM or State.Version;
        return state switch
        {
            State.Word => Emit(CarriedKind(), at, out token, CarriedWord()),
            State.Dash or State.Slash or State.Star => Emit(TokenKind.Other, at, out token),
            State.At => Emit(TokenKind.At, at, out token),
            _ => false,
        };
    }

    private bool Code(ReadOnlySpan<byte> sql, ref int at, out Token token)
    {
        token = default;
        var first = sql[at];
        var kind = ByteClasses.Of[first];
        while (kind == ByteClass.Space)
        {
            _apart = true;
            if (++at == sql.Length)
            {
                return false;
            }

            first = sql[at];
            kind = ByteClasses.Of[first];
        }

        _start = at;
        switch (kind)
        {
            case ByteClass.Word:
                return WordStart(sql, ref at, out token);
            case ByteClass.Quote:
                return Quote(first, TokenKind.String, ref at);
            case ByteClass.DoubleQuote:
                Opaque |= MayReadDifferently;
                return Quote(first, Has(LexerMode.AnsiQuotes) ? TokenKind.QuotedName : TokenKind.String, ref at);
            case ByteClass.Backtick:
                return Quote(first, TokenKind.QuotedName, ref at);
            case ByteClass.Dash:
                return Advance(ref at, State.Dash);
            case ByteClass.Hash:
                return Advance(ref at, State.LineComment);
            case ByteClass.Slash:
                return Advance(ref at, State.Slash);
            case ByteClass.Star when _inVersionComment:
                return Advance(ref at, State.Star);
            case ByteClass.At:
                return Advance(ref at, State.At);
            default:
                at++;
                return Emit(Punctuation(kind), at, out token);
        }
    }

    private static TokenKind Punctuation(ByteClass kind) => kind switch
    {
        ByteClass.Open => TokenKind.Open,
        ByteClass.Close => TokenKind.Close,
        ByteClass.Comma => TokenKind.Comma,
        ByteClass.Semicolon => TokenKind.Semicolon,
        ByteClass.Dot => TokenKind.Dot,
        _ => TokenKind.Other,
    };

    private bool WordStart(ReadOnlySpan<byte> sql, ref int at, out Token token)
    {
        // $tag$ may open MySQL's dollar-quoted text, in which nothing is code.
        Opaque |= sql[at] == '$' && !Has(LexerMode.MariaDb);
        var end = WordEnd(sql, at + 1);
        LookForLetters(sql[at..end]);
        if (end < sql.Length)
        {
            var text = sql[at..end];
            at = end;
            return text[0] <= '9' && IsNumber(text)
                ? Emit(TokenKind.Number, at, out token)
                : Emit(TokenKind.Word, at, out token, Vocabulary.Find(text, _mode));
        }

        token = default;
        _carried = 0;
        _state = State.Word;
        CarryOn(sql[at..]);
        at = end;
        return false;
    }

    private bool Word(ReadOnlySpan<byte> sql, ref int at, out Token token)
    {
        token = default;
        var end = WordEnd(sql, at);
        LookForLetters(sql[at..end]);
        CarryOn(sql[at..end]);
        at = end;
        return end < sql.Length && Emit(CarriedKind(), at, out token, CarriedWord());
    }

    // What is outside of ASCII may be half a character, with a quote for the other half.
    private void LookForLetters(ReadOnlySpan<byte> name) =>
        Opaque |= MayReadDifferently && name.ContainsAnyInRange((byte)0x80, byte.MaxValue);

    private static int WordEnd(ReadOnlySpan<byte> sql, int at)
    {
        var of = ByteClasses.Of;
        while (at < sql.Length && of[sql[at]] == ByteClass.Word)
        {
            at++;
        }

        return at;
    }

    private static bool IsNumber(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private void CarryOn(ReadOnlySpan<byte> text)
    {
        // One byte more than any known word: a longer one is unknown already; more bytes do not matter.
        var kept = Math.Min(text.Length, Carry.Length - _carried);
        text[..kept].CopyTo(((Span<byte>)_carry)[_carried..]);
        _carried += (byte)kept;
    }

    private readonly TokenKind CarriedKind() =>
        IsNumber(((ReadOnlySpan<byte>)_carry)[.._carried]) ? TokenKind.Number : TokenKind.Word;

    private readonly Word CarriedWord() => Vocabulary.Find(((ReadOnlySpan<byte>)_carry)[.._carried], _mode);

    private bool Quote(byte quote, TokenKind kind, ref int at)
    {
        _quote = quote;
        _quotedKind = kind;
        _escapes = kind == TokenKind.String && (MayReadDifferently || !Has(LexerMode.NoBackslashEscapes));
        _carried = 0;
        return Advance(ref at, State.Quoted);
    }

    private bool Quoted(ReadOnlySpan<byte> sql, ref int at, out Token token)
    {
        token = default;
        var rest = sql[at..];
        var stop = _escapes ? rest.IndexOfAny(_quote, (byte)'\\') : rest.IndexOf(_quote);
        if (_quotedKind == TokenKind.QuotedName)
        {
            LookForLetters(stop < 0 ? rest : rest[..stop]);
        }

        if (stop < 0)
        {
            CarryOn(rest);
            at = sql.Length;
            return false;
        }

        at += stop;
        if (sql[at] != _quote)
        {
            Opaque |= MayReadDifferently;
            return Advance(ref at, State.Escape);
        }

        var word = _quotedKind == TokenKind.QuotedName && stop + _carried >= ShortestTable ? QuotedWord(rest[..stop]) : default;
        return Emit(_quotedKind, ++at, out token, word);
    }

    /// <summary>Of quoted names only those are known that are the same with and without quotes to every rule.</summary>
    private Word QuotedWord(ReadOnlySpan<byte> end)
    {
        if (_carried > 0)
        {
            CarryOn(end);
        }

        var word = _carried > 0 ? CarriedWord() : Vocabulary.Find(end, _mode);
        return word.Keyword >= Keyword.GlobalVariables ? word with { Known = false } : default;
    }

    /// <summary>A byte that decides what the dash, the star or the at before it was.</summary>
    private bool Pending(byte next, ref int at, out Token token)
    {
        token = default;
        switch (_state)
        {
            case State.Dash when next == '-':
                return Advance(ref at, State.DashDash);
            case State.DashDash when next <= ' ' || next == 0x7F:
                _state = State.LineComment;
                return false;
            case State.DashDash:
                // White space to some character sets, and then this is a comment.
                Opaque |= next >= 0x80;
                Emit(TokenKind.Other, at, out token);
                _state = State.Dash;
                return true;
            case State.Star when next == '/':
                _inVersionComment = false;
                _apart = true;
                return Advance(ref at, State.Code);
            case State.At when next == '@':
                return Emit(TokenKind.SystemAt, ++at, out token);
            case State.At:
                return Emit(TokenKind.At, at, out token);
            default:
                return Emit(TokenKind.Other, at, out token);
        }
    }

    private bool Slash(byte next, ref int at, out Token token)
    {
        token = default;
        switch (_state)
        {
            case State.Slash when next == '*':
                return Advance(ref at, State.SlashStar);
            case State.Slash:
                return Emit(TokenKind.Other, at, out token);
            case State.SlashStar when next == 'M' && Has(LexerMode.MariaDb):
                return Advance(ref at, State.SlashStarM);
            case State.SlashStar or State.SlashStarM when next == '!':
                _version = default;
                return Advance(ref at, State.Version);
            default:
                _state = State.BlockComment;
                return false;
        }
    }

    private bool Version(byte next, ref int at)
    {
        if (_version.TryAppend(next))
        {
            at++;
            return false;
        }

        Opaque |= !_version.IsCode(Has(LexerMode.MariaDb));
        _inVersionComment = true;
        _apart = HasComment = true;
        _state = State.Code;
        return false;
    }

    private bool Comment(ReadOnlySpan<byte> sql, ref int at)
    {
        _apart = HasComment = true;
        if (_state == State.BlockCommentStar)
        {
            return sql[at] switch
            {
                (byte)'/' => Advance(ref at, State.Code),
                (byte)'*' => Advance(ref at, State.BlockCommentStar),
                _ => Advance(ref at, State.BlockComment),
            };
        }

        var (end, then) = _state == State.LineComment ? ((byte)'\n', State.Code) : ((byte)'*', State.BlockCommentStar);
        var stop = sql[at..].IndexOf(end);
        at = stop < 0 ? sql.Length : at + stop;
        return stop >= 0 && Advance(ref at, then);
    }

    private readonly bool Has(LexerMode bit) => (_mode & bit) != 0;

    private bool Advance(ref int at, State then)
    {
        at++;
        _state = then;
        return false;
    }

    private bool Emit(TokenKind kind, int end, out Token token, Word word = default)
    {
        token = new Token(kind, word, !_apart, _start, end);
        _apart = false;
        _state = State.Code;
        _start = end;
        return true;
    }

    [InlineArray(Length)]
    private struct Carry
    {
        public const int Length = Vocabulary.LongestWord + 1;
        private byte _first;
    }
}
