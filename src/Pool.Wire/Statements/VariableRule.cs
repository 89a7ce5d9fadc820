using System.Runtime.CompilerServices;

namespace Pool.Wire.Statements;

/// <summary>Finds user variables, and system variables that hold what the session did before.</summary>
internal struct VariableRule
{
    private bool _scoped;

    /// <summary>The next system variable is assigned to, and so not read.</summary>
    public bool IsTarget { get; set; }

    /// <summary>What <paramref name="token"/> says of variables, after the tokens <paramref name="before"/> it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public StatementTraits Take(in Token token, in Context before)
    {
        if (token.Kind is TokenKind.At or TokenKind.SystemAt)
        {
            return Sigil(token, before);
        }

        return before.Last == TokenKind.SystemAt || _scoped ? SystemVariable(token, before) : StatementTraits.None;
    }

    private readonly StatementTraits Sigil(in Token token, in Context before)
    {
        if (token.Kind == TokenKind.SystemAt)
        {
            return IsTarget ? StatementTraits.None : StatementTraits.ReadsVariables;
        }

        return token.Glued && before.MayBeAccount ? StatementTraits.None : StatementTraits.UserVariables;
    }

    private StatementTraits SystemVariable(in Token token, in Context before)
    {
        if (token.Kind == TokenKind.QuotedName)
        {
            // Its text is not looked at, so it may be any of them.
            return StatementTraits.ReadsSession;
        }

        _scoped = before.Last == TokenKind.SystemAt ? IsScope(token.Keyword) : token.Kind == TokenKind.Dot;
        return token.Kind == TokenKind.Word ? Read(token.Keyword) : StatementTraits.None;
    }

    private static bool IsScope(Keyword word) =>
        word is Keyword.Global or Keyword.Session or Keyword.Local or Keyword.Persist or Keyword.PersistOnly;

    private static StatementTraits Read(Keyword variable) => variable switch
    {
        Keyword.LastInsertId or Keyword.Identity => StatementTraits.ReadsInsertId,
        Keyword.WarningCount or Keyword.ErrorCount => StatementTraits.ReadsDiagnostics,
        Keyword.PseudoThreadId or Keyword.LastGtid => StatementTraits.ReadsConnectionId,
        _ => StatementTraits.None,
    };
}
