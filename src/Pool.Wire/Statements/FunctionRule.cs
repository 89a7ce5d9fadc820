using System.Runtime.CompilerServices;

namespace Pool.Wire.Statements;

/// <summary>
/// Finds calls: a name before a parenthesis, unless something before the name makes it a table, an alias or a clause.
/// Blanks between are allowed, since IGNORE_SPACE and stored functions allow them. Where a statement evaluates nothing as a rule, what is not
/// built in is taken for a table, a key or a type.
/// </summary>
internal struct FunctionRule(LexerMode mode)
{
    private readonly bool _hasSequences = (mode & LexerMode.MariaDb) != 0;
    private bool _insertIdArgument;

    /// <summary>What <paramref name="token"/> says of calls, after the tokens <paramref name="before"/> it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public StatementTraits Take(in Token token, in Context before, bool evaluates) =>
        _insertIdArgument || token.Kind == TokenKind.Open || before.Last == TokenKind.Dot
            ? Look(token, before, evaluates)
            : StatementTraits.None;

    /// <summary>The statement ended.</summary>
    public StatementTraits End()
    {
        var open = _insertIdArgument;
        _insertIdArgument = false;
        return open ? StatementTraits.ReadsInsertId | StatementTraits.MayChangeInsertId : StatementTraits.None;
    }

    private StatementTraits Look(in Token token, in Context before, bool evaluates)
    {
        var traits = StatementTraits.None;
        if (_insertIdArgument)
        {
            _insertIdArgument = false;
            traits = token.Kind == TokenKind.Close ? StatementTraits.ReadsInsertId : StatementTraits.MayChangeInsertId;
        }

        if (token.Kind == TokenKind.Open)
        {
            return traits | Call(before, evaluates);
        }

        // Oracle's mode: sequence.NEXTVAL without parentheses.
        var draws = _hasSequences && before.Last == TokenKind.Dot && token.Keyword is Keyword.Nextval or Keyword.Currval;
        return draws ? traits | StatementTraits.Sequences : traits;
    }

    private StatementTraits Call(in Context before, bool evaluates)
    {
        if (before.Last is not (TokenKind.Word or TokenKind.QuotedName) || NamesATable(before))
        {
            return StatementTraits.None;
        }

        var unknown = evaluates ? StatementTraits.UnknownFunction : StatementTraits.None;
        if (before.IsQualified || before.Last == TokenKind.QuotedName)
        {
            return unknown;
        }

        _insertIdArgument = before.Keyword == Keyword.LastInsertId;
        var traits = Effect(before.Keyword);
        return traits != StatementTraits.None || before.IsKnownWord ? traits : unknown;
    }

    // An expression never begins right after an operand, nor after these words.
    private static bool NamesATable(in Context before) =>
        before.BeforeName is TokenKind.Close or TokenKind.String or TokenKind.Number or TokenKind.QuotedName
            or TokenKind.At or TokenKind.SystemAt
        || before.KeywordBeforeName is Keyword.Into or Keyword.Table or Keyword.As or Keyword.With or Keyword.Recursive
            or Keyword.Insert or Keyword.Replace or Keyword.Ignore or Keyword.LowPriority or Keyword.Delayed or Keyword.Call;

    private readonly StatementTraits Effect(Keyword function) => function switch
    {
        Keyword.GetLock or Keyword.ReleaseLock or Keyword.ReleaseAllLocks or Keyword.ServiceGetReadLocks
            or Keyword.ServiceGetWriteLocks or Keyword.ServiceReleaseLocks or Keyword.VersionTokensLockShared
            or Keyword.VersionTokensLockExclusive or Keyword.VersionTokensUnlock => StatementTraits.UserLocks,
        Keyword.Nextval or Keyword.Lastval or Keyword.Setval when _hasSequences => StatementTraits.Sequences,
        Keyword.RowCount => StatementTraits.ReadsRowCount,
        Keyword.FoundRows => StatementTraits.ReadsFoundRows,
        Keyword.ConnectionId => StatementTraits.ReadsConnectionId,
        _ => StatementTraits.None,
    };
}
