using System.Text;

namespace Pool.Wire.Statements;

/// <summary>Puts the digest of a statement together, token by token, up to a number of characters.</summary>
internal sealed class DigestBuilder(int limit)
{
    private readonly StringBuilder _text = new();
    private Keyword _verb;
    private TokenKind _last;
    private bool _beginsStatement = true;
    private bool _isSecret;

    /// <summary>Takes one more token with its bytes; false when the digest has to end here.</summary>
    public bool TryAdd(in Token token, ReadOnlySpan<byte> bytes)
    {
        if (_isSecret || _text.Length >= limit)
        {
            return false;
        }

        if (_beginsStatement && token.Kind != TokenKind.Open)
        {
            _verb = token.Keyword;
            _beginsStatement = false;
        }

        _beginsStatement |= token.Kind == TokenKind.Semicolon;
        var isLiteral = IsLiteral(token, bytes);
        var joins = token.Glued && _last == TokenKind.Number && (isLiteral || token.Kind == TokenKind.Dot);
        if (joins)
        {
            // The rest of 1.5, of 'it''s'.
            return true;
        }

        if (!token.Glued && _text.Length > 0)
        {
            _text.Append(' ');
        }

        _last = isLiteral ? TokenKind.Number : token.Kind;
        _isSecret = token.Kind == TokenKind.Word && !IsQuery && AnnouncesPassword(bytes);
        Append(isLiteral ? "?"u8 : bytes);
        return true;
    }

    /// <summary>The digest, with <paramref name="end"/> behind it, and cut at <paramref name="length"/> characters.</summary>
    public string Finish(string end, int length)
    {
        if (_text.Length > limit)
        {
            // Not between the halves of a character.
            _text.Length = limit > 0 && char.IsHighSurrogate(_text[limit - 1]) ? limit - 1 : Math.Max(limit, 0);
            end = "...";
        }

        var digest = _text.Append(end).ToString();
        return digest.Length > length ? digest[..Math.Max(length, 0)] : digest;
    }

    private bool IsQuery => _verb is Keyword.Select or Keyword.With or Keyword.Insert or Keyword.Replace or Keyword.Update
        or Keyword.Delete or Keyword.Table or Keyword.Values or Keyword.Call or Keyword.Show;

    // A name in double quotes is one only to ANSI_QUOTES, and where passwords are, somebody may have meant a text.
    private bool IsLiteral(in Token token, ReadOnlySpan<byte> bytes) => token.Kind switch
    {
        TokenKind.Number or TokenKind.String => true,
        TokenKind.Word => char.IsAsciiDigit((char)bytes[0]),
        TokenKind.QuotedName => bytes[0] == '"' && !IsQuery,
        _ => false,
    };

    private static bool AnnouncesPassword(ReadOnlySpan<byte> word) =>
        Ascii.EqualsIgnoreCase(word, "identified"u8)
        || (word.Length >= 8 && (Ascii.EqualsIgnoreCase(word[^8..], "password"u8) || Ascii.EqualsIgnoreCase(word[..8], "password"u8)));

    private void Append(ReadOnlySpan<byte> bytes)
    {
        var room = Math.Max(limit - _text.Length, 0) + 1;
        foreach (var c in Encoding.UTF8.GetString(bytes.Length / 4 > room ? bytes[..(room * 4)] : bytes))
        {
            _text.Append(char.IsControl(c) ? ' ' : c);
        }
    }
}
