namespace Pool.Wire.Statements;

/// <summary>Follows where select lists begin and end, by depth of parentheses; deeper than 63 there are none.</summary>
internal struct SelectLists
{
    private ulong _open;

    /// <summary>Parentheses open now.</summary>
    public int Depth { get; private set; }

    private readonly ulong Here => Depth is >= 0 and < 64 ? 1UL << Depth : 0;

    /// <summary>Moves past <paramref name="token"/>, which follows <paramref name="before"/>.</summary>
    public void Take(in Token before, in Token token)
    {
        switch (token.Kind)
        {
            case TokenKind.Open:
                Depth++;
                _open &= ~Here;
                break;
            case TokenKind.Close:
                Depth--;
                break;
            case TokenKind.Semicolon:
                this = default;
                break;
            case TokenKind.Word when before.Kind is not (TokenKind.Dot or TokenKind.At or TokenKind.SystemAt):
                _open = token.Keyword is Keyword.Select or Keyword.Returning ? _open | Here
                    : IsClause(token.Keyword) ? _open & ~Here
                    : _open;
                break;
            default:
                break;
        }
    }

    /// <summary>True when an item of a select list begins right after <paramref name="before"/>.</summary>
    public readonly bool BeginsItem(in Token before) => (_open & Here) != 0
        && (before.Kind == TokenKind.Comma
            || before.Keyword is Keyword.Select or Keyword.Returning or Keyword.All or Keyword.Distinct or Keyword.Distinctrow
                or Keyword.HighPriority or Keyword.StraightJoin or Keyword.SqlSmallResult or Keyword.SqlBigResult
                or Keyword.SqlBufferResult or Keyword.SqlNoCache or Keyword.SqlCache or Keyword.SqlCalcFoundRows);

    /// <summary>True when <paramref name="next"/> ends an item that has no alias.</summary>
    public static bool EndsItem(in Token next) =>
        next.Kind is TokenKind.None or TokenKind.Comma or TokenKind.Close or TokenKind.Semicolon || IsClause(next.Keyword);

    private static bool IsClause(Keyword word) => word is Keyword.From or Keyword.Into or Keyword.Where or Keyword.Group
        or Keyword.Having or Keyword.Window or Keyword.Order or Keyword.Limit or Keyword.For or Keyword.Lock or Keyword.Union
        or Keyword.Except or Keyword.Intersect or Keyword.Procedure;
}
