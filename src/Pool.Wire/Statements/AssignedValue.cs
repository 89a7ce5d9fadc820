using System.Collections.Frozen;
using System.Text;

namespace Pool.Wire.Statements;

/// <summary>
/// Reads the right side of an assignment: whether literals, variables and pure functions alone make it. What is not in the lists
/// here is not pure.
/// </summary>
internal static class AssignedValue
{
    private static readonly FrozenSet<string> s_functions = Words(
        """
        abs ascii ceil ceiling char_length character_length coalesce concat concat_ws elt field find_in_set floor greatest hex if
        ifnull instr isnull lcase least length locate lower lpad ltrim nullif octet_length ord quote repeat replace reverse right
        left round rpad rtrim sign strcmp substr substring substring_index trim truncate ucase unhex upper mod cast convert char
        """);

    private static readonly FrozenSet<string> s_operators = Words(
        """
        and or xor not div mod is null true false in like between regexp rlike case when then else end select binary char signed
        unsigned integer decimal nchar
        """);

    // Of what may stand alone: calls that need no parentheses.
    private static readonly FrozenSet<string> s_calls = Words(
        """
        current_date current_role current_time current_timestamp current_user localtime localtimestamp rownum sqlcode sqlerrm
        sysdate user utc_date utc_time utc_timestamp
        """);

    /// <summary>Reads up to the comma, semicolon or end behind the value, and adds the variables that it reads.</summary>
    public static Memorable Inspect(ref TokenReader tokens, ICollection<string> variables)
    {
        if (EndsValue(tokens.Next.Kind) && tokens.Now.Kind == TokenKind.Word)
        {
            return Bare(ref tokens);
        }

        var memorable = Memorable.Yes;
        var depth = 0;
        var empty = true;
        for (; tokens.Now.Kind != TokenKind.None && (depth > 0 || !EndsValue(tokens.Now.Kind)); empty = false)
        {
            depth += tokens.Now.Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
            if (depth < 0 || !TryTakePart(ref tokens, variables, ref memorable))
            {
                return Memorable.No;
            }
        }

        return empty || depth != 0 ? Memorable.No : memorable;
    }

    private static FrozenSet<string> Words(string words) =>
        words.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static bool EndsValue(TokenKind kind) => kind is TokenKind.Comma or TokenKind.Semicolon or TokenKind.None;

    private static Memorable Bare(ref TokenReader tokens)
    {
        var word = tokens.Lower();
        tokens.Step();
        return s_calls.Contains(word) ? Memorable.No : word == "default" ? Memorable.WhileGlobalsHold : Memorable.Yes;
    }

    private static bool TryTakePart(ref TokenReader tokens, ICollection<string> variables, ref Memorable memorable)
    {
        if (tokens.Now.Kind == TokenKind.SystemAt)
        {
            return TryTakeVariable(ref tokens, variables, ref memorable);
        }

        var pure = tokens.Now.Kind switch
        {
            TokenKind.Number or TokenKind.String or TokenKind.Open or TokenKind.Close or TokenKind.Comma => true,
            TokenKind.Word => IsPure(ref tokens),
            TokenKind.Dot => IsDecimalPoint(ref tokens),
            TokenKind.Other => "+-*/%=<>!&|^~"u8.Contains(tokens.Symbol),
            _ => false,
        };
        tokens.Step();
        return pure;
    }

    private static bool TryTakeVariable(ref TokenReader tokens, ICollection<string> variables, ref Memorable memorable)
    {
        if (!SystemVariable.TryRead(ref tokens, out var variable) || variable.IsUnsteady)
        {
            return false;
        }

        variables.Add(variable.Listed);
        memorable = variable.Scope == Keyword.Global ? Memorable.WhileGlobalsHold : memorable;
        return true;
    }

    private static bool IsPure(ref TokenReader tokens)
    {
        var text = tokens.Text;
        var word = tokens.Lower();
        if (tokens.Next.Kind == TokenKind.Open)
        {
            // With a blank between, some built-in names call stored functions.
            return s_operators.Contains(word) || (tokens.Next.Glued && s_functions.Contains(word));
        }

        // 0x1F, 1e5; x'41', N'a', _utf8mb4'a'.
        return char.IsAsciiDigit((char)text[0])
            || (tokens.Next.Kind == TokenKind.String && (text[0] == '_' || (text.Length == 1 && "bBnNxX"u8.Contains(text[0]))))
            || s_operators.Contains(word)
            || NamesName(text) || NamesName(tokens.TextOf(tokens.Before));
    }

    // COLLATE name, AS name or type, USING character set.
    private static bool NamesName(ReadOnlySpan<byte> word) =>
        Ascii.EqualsIgnoreCase(word, "collate"u8) || Ascii.EqualsIgnoreCase(word, "as"u8) || Ascii.EqualsIgnoreCase(word, "using"u8);

    private static bool IsDecimalPoint(ref TokenReader tokens)
    {
        var (before, after) = (tokens.Before.Kind, tokens.Next.Kind);
        return (before == TokenKind.Number || after == TokenKind.Number)
            && before is not (TokenKind.Word or TokenKind.QuotedName) && after is not TokenKind.QuotedName
            && (after != TokenKind.Word || char.IsAsciiDigit((char)tokens.TextOf(tokens.Next)[0]));
    }
}
