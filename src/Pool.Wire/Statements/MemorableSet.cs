namespace Pool.Wire.Statements;

/// <summary>Tells the SET statements whose effect can be foretold.</summary>
public static class MemorableSet
{
    /// <summary>
    /// Says whether <paramref name="sql"/> is one SET of session variables whose effect on them is decided by their values before
    /// and the text alone. Adds to <paramref name="variables"/> the variables that its right sides read, in lower case and without
    /// scope, but with <c>global.</c> before what it names as global or means with DEFAULT; a variable without scope may still exist globally only, which
    /// the caller must know. The list means nothing after <see cref="Memorable.No"/>.
    /// </summary>
    public static Memorable Inspect(ReadOnlySpan<byte> sql, LexerMode mode, ICollection<string> variables)
    {
        var tokens = new TokenReader(sql, mode);
        if (!tokens.TryTake("set"u8))
        {
            return Memorable.No;
        }

        var memorable = IsTransaction(ref tokens) ? Transaction(ref tokens) : Assignments(ref tokens, variables);
        return tokens.Ends() && !tokens.HasSpecialComment ? memorable : Memorable.No;
    }

    private static bool IsTransaction(ref TokenReader tokens) =>
        tokens.Now.Keyword is Keyword.Session or Keyword.Local && tokens.Next.Keyword == Keyword.Transaction;

    private static Memorable Transaction(ref TokenReader tokens)
    {
        while (tokens.TryTake(TokenKind.Word) || tokens.TryTake(TokenKind.Comma))
        {
        }

        return Memorable.Yes;
    }

    private static Memorable Assignments(ref TokenReader tokens, ICollection<string> variables)
    {
        var memorable = Memorable.Yes;
        do
        {
            var one = Assignment(ref tokens, variables);
            memorable = one == Memorable.Yes || memorable == Memorable.No ? memorable : one;
        }
        while (memorable != Memorable.No && tokens.TryTake(TokenKind.Comma));
        return memorable;
    }

    private static Memorable Assignment(ref TokenReader tokens, ICollection<string> variables)
    {
        if (tokens.TryTake("names"u8))
        {
            return CharacterSet(ref tokens, variables, mayCollate: true);
        }

        if ((tokens.Is("character"u8) || tokens.Is("char"u8)) && tokens.Next.Keyword == Keyword.Set)
        {
            tokens.Step();
            tokens.Step();
            return CharacterSet(ref tokens, variables, mayCollate: false);
        }

        if (tokens.Is("charset"u8) && tokens.Next.Kind is TokenKind.Word or TokenKind.String)
        {
            tokens.Step();
            return CharacterSet(ref tokens, variables, mayCollate: false);
        }

        if (!IsMemorableTarget(ref tokens, out var target) || !TakeAssign(ref tokens))
        {
            return Memorable.No;
        }

        if (tokens.Is("default"u8))
        {
            variables.Add($"global.{target.Name}");
        }

        return AssignedValue.Inspect(ref tokens, variables);
    }

    private static Memorable CharacterSet(ref TokenReader tokens, ICollection<string> variables, bool mayCollate)
    {
        if (tokens.TryTake("default"u8))
        {
            variables.Add("global.character_set_client");
            return Memorable.WhileGlobalsHold;
        }

        var named = TakeName(ref tokens) && (!mayCollate || !tokens.TryTake("collate"u8) || TakeName(ref tokens));

        // SET CHARACTER SET takes the connection's character set from the current database, which may be altered.
        return named && mayCollate ? Memorable.Yes : Memorable.No;
    }

    private static bool TakeName(ref TokenReader tokens) => tokens.TryTake(TokenKind.Word) || tokens.TryTake(TokenKind.String);

    private static bool IsMemorableTarget(ref TokenReader tokens, out SystemVariable target)
    {
        if (tokens.Now.Kind == TokenKind.SystemAt)
        {
            return SystemVariable.TryRead(ref tokens, out target) && target.Scope != Keyword.Global && !target.IsUnsteady
                && !(target.Scope == Keyword.None && IsNextTransactions(target.Name));
        }

        var scope = Keyword.None;
        if (tokens.Now.Keyword is Keyword.Session or Keyword.Local)
        {
            scope = Keyword.Session;
            tokens.Step();
        }

        target = default;
        return !IsOtherForm(tokens.Now.Keyword) && SystemVariable.TryReadName(ref tokens, scope, out target) && !target.IsUnsteady;
    }

    private static bool IsOtherForm(Keyword word) => word is Keyword.Global or Keyword.Persist or Keyword.PersistOnly
        or Keyword.Password or Keyword.Transaction or Keyword.Role or Keyword.Resource or Keyword.Statement or Keyword.Default;

    // With @@ and without a scope these hold for the next transaction only.
    private static bool IsNextTransactions(string name) =>
        name is "transaction_isolation" or "transaction_read_only" or "tx_isolation" or "tx_read_only";

    private static bool TakeAssign(ref TokenReader tokens)
    {
        if (tokens.Symbol == ':')
        {
            tokens.Step();
        }

        var assigns = tokens.Symbol == '=';
        tokens.Step();
        return assigns;
    }
}
