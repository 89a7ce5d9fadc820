namespace Pool.Wire.Statements;

/// <summary>A system variable as a statement names it.</summary>
/// <param name="Scope">GLOBAL, SESSION or LOCAL as written, or <see cref="Keyword.None"/>.</param>
/// <param name="Name">Its name in lower case.</param>
internal readonly record struct SystemVariable(Keyword Scope, string Name)
{
    private static readonly string[] s_unsteady =
    [
        "error_count", "external_user", "identity", "in_transaction", "insert_id", "last_gtid", "last_insert_id", "profiling",
        "proxy_user", "rand_seed1", "rand_seed2", "statement_id", "timestamp", "warning_count",
    ];

    private static readonly string[] s_unsteadyFamilies = ["debug", "gtid_", "pseudo_", "session_track_"];

    /// <summary>Its value changes by itself, belongs to one statement or one connection, or setting it does something besides.</summary>
    public bool IsUnsteady
    {
        get
        {
            var name = Name;
            return Array.BinarySearch(s_unsteady, name, StringComparer.Ordinal) >= 0
                || Array.Exists(s_unsteadyFamilies, family => name.StartsWith(family, StringComparison.Ordinal));
        }
    }

    /// <summary>How the lists of variables that were read name it.</summary>
    public string Listed => Scope == Keyword.Global ? $"global.{Name}" : Name;

    /// <summary>
    /// Reads <c>@@name</c> or <c>@@scope.name</c>. False for persisted ones, quoted names, and variables of components, whose
    /// names have parts.
    /// </summary>
    public static bool TryRead(scoped ref TokenReader tokens, out SystemVariable variable)
    {
        variable = default;
        if (!tokens.TryTake(TokenKind.SystemAt))
        {
            return false;
        }

        var scope = Keyword.None;
        if (tokens.Next.Kind == TokenKind.Dot && tokens.Now.Keyword is Keyword.Global or Keyword.Session or Keyword.Local)
        {
            scope = tokens.Now.Keyword;
            tokens.Step();
            tokens.Step();
        }

        return TryReadName(ref tokens, scope, out variable);
    }

    /// <summary>Reads the name alone.</summary>
    public static bool TryReadName(scoped ref TokenReader tokens, Keyword scope, out SystemVariable variable)
    {
        variable = default;
        if (tokens.Now.Kind != TokenKind.Word || tokens.Next.Kind == TokenKind.Dot)
        {
            return false;
        }

        variable = new SystemVariable(scope, tokens.Lower());
        tokens.Step();
        return true;
    }
}
