namespace Pool.Wire.Statements;

/// <summary>What the first word of a statement says.</summary>
/// <param name="Kind">What the statement is, as long as no later word says otherwise.</param>
/// <param name="Traits">What every statement of the verb touches and reads.</param>
/// <param name="Evaluates">It evaluates expressions, so that a name before a parenthesis may be a call.</param>
internal readonly record struct Verb(StatementKind Kind, StatementTraits Traits = StatementTraits.None, bool Evaluates = true)
{
    private static readonly Verb[] ByKeyword = Build();

    /// <summary>The verb that <paramref name="first"/> is; what is none may be anything.</summary>
    public static Verb Of(Keyword first) => ByKeyword[(int)first];

    private static Verb[] Build()
    {
        var verbs = new Verb[Enum.GetValues<Keyword>().Length];
        Array.Fill(verbs, new Verb(StatementKind.Unknown, StatementTraits.OtherState));

        verbs[(int)Keyword.Select] = new(StatementKind.Select);
        verbs[(int)Keyword.With] = new(StatementKind.Select);
        verbs[(int)Keyword.Table] = new(StatementKind.Table);
        verbs[(int)Keyword.Values] = new(StatementKind.Values);
        verbs[(int)Keyword.Insert] = new(StatementKind.Insert);
        verbs[(int)Keyword.Replace] = new(StatementKind.Replace);
        verbs[(int)Keyword.Update] = new(StatementKind.Update);
        verbs[(int)Keyword.Delete] = new(StatementKind.Delete);
        verbs[(int)Keyword.Do] = new(StatementKind.Do);
        verbs[(int)Keyword.Set] = new(StatementKind.Set);
        verbs[(int)Keyword.Begin] = new(StatementKind.Begin);
        verbs[(int)Keyword.Commit] = new(StatementKind.Commit);
        verbs[(int)Keyword.Rollback] = new(StatementKind.Rollback);
        verbs[(int)Keyword.Savepoint] = new(StatementKind.Savepoint, StatementTraits.Savepoint);
        verbs[(int)Keyword.Release] = new(StatementKind.Savepoint);
        verbs[(int)Keyword.Use] = new(StatementKind.Use, Evaluates: false);
        verbs[(int)Keyword.Show] = new(StatementKind.Show);
        verbs[(int)Keyword.Explain] = verbs[(int)Keyword.Describe] = verbs[(int)Keyword.Desc] = new(StatementKind.Explain);
        verbs[(int)Keyword.Analyze] = new(StatementKind.Analyze);
        verbs[(int)Keyword.Kill] = new(StatementKind.Kill, StatementTraits.Kills);
        verbs[(int)Keyword.Call] = new(StatementKind.Call, StatementTraits.Routine);
        verbs[(int)Keyword.Create] = verbs[(int)Keyword.Alter] = verbs[(int)Keyword.Drop] = verbs[(int)Keyword.Rename] =
            new(StatementKind.Ddl, Evaluates: false);
        verbs[(int)Keyword.Truncate] = new(StatementKind.Truncate, Evaluates: false);
        verbs[(int)Keyword.Grant] = verbs[(int)Keyword.Revoke] = new(StatementKind.Grant, Evaluates: false);
        verbs[(int)Keyword.Prepare] = new(StatementKind.Prepare, StatementTraits.TextPrepare);
        verbs[(int)Keyword.Execute] = new(StatementKind.Execute, StatementTraits.TextPrepare | StatementTraits.Opaque);
        verbs[(int)Keyword.Deallocate] = new(StatementKind.Deallocate, StatementTraits.TextPrepare);
        verbs[(int)Keyword.Handler] = new(StatementKind.Handler, StatementTraits.Handler);
        verbs[(int)Keyword.Load] = verbs[(int)Keyword.Purge] = new(StatementKind.Admin);
        verbs[(int)Keyword.Flush] = new(StatementKind.Flush, Evaluates: false);
        verbs[(int)Keyword.Xa] = new(StatementKind.Xa, StatementTraits.Xa);
        verbs[(int)Keyword.Get] = new(StatementKind.GetDiagnostics, StatementTraits.ReadsDiagnostics);
        verbs[(int)Keyword.Signal] = verbs[(int)Keyword.Resignal] = new(StatementKind.Signal);
        verbs[(int)Keyword.Backup] = new(StatementKind.Admin, StatementTraits.GlobalLock);
        verbs[(int)Keyword.Binlog] = new(StatementKind.Admin, StatementTraits.OtherState);
        verbs[(int)Keyword.Install] = verbs[(int)Keyword.Uninstall] = verbs[(int)Keyword.Reset] =
            new(StatementKind.Admin, StatementTraits.SetsGlobals, Evaluates: false);
        foreach (var admin in (ReadOnlySpan<Keyword>)[
            Keyword.Cache, Keyword.Change, Keyword.Check, Keyword.Checksum, Keyword.Clone, Keyword.Help, Keyword.Import,
            Keyword.Lock, Keyword.Optimize, Keyword.Repair, Keyword.Restart, Keyword.Shutdown, Keyword.Start,
            Keyword.Stop, Keyword.Unlock])
        {
            verbs[(int)admin] = new(StatementKind.Admin, Evaluates: false);
        }

        return verbs;
    }
}
