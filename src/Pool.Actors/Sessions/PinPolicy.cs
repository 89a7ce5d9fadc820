using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>Decides, from what a statement was and what its reply said, why the session must keep its connection. Pure.</summary>
internal static class PinPolicy
{
    private static readonly (StatementTraits Trait, PinReasons Reason)[] s_reasons =
    [
        (StatementTraits.SetsVariables, PinReasons.Variables),
        (StatementTraits.UserVariables, PinReasons.UserVariables),
        (StatementTraits.TransactionCharacteristics, PinReasons.NextTransaction),
        (StatementTraits.TemporaryTable, PinReasons.TemporaryTables),
        (StatementTraits.TableLocks, PinReasons.TableLocks),
        (StatementTraits.UserLocks, PinReasons.UserLocks),
        (StatementTraits.Handler, PinReasons.Handler),
        (StatementTraits.TextPrepare, PinReasons.TextPrepare),
        (StatementTraits.Routine | StatementTraits.UnknownFunction | StatementTraits.Sequences, PinReasons.StoredCode),
        (StatementTraits.Role | StatementTraits.ResourceGroup, PinReasons.Role),
        (StatementTraits.GlobalLock, PinReasons.GlobalLock),
        (StatementTraits.Xa, PinReasons.Xa),
        (StatementTraits.CalcFoundRows, PinReasons.FoundRows),
        (StatementTraits.SetsConnectionValue, PinReasons.ConnectionValue),
        (StatementTraits.OtherState, PinReasons.Unknown),
    ];

    /// <summary>The reasons that hold after a command.</summary>
    /// <param name="before">Those that held before.</param>
    /// <param name="command">The command.</param>
    /// <param name="facts">What its statement is, whether it runs that or not; empty facts for commands without one.</param>
    /// <param name="summary">What its reply said.</param>
    /// <param name="openStatements">How many binary prepared statements are open.</param>
    /// <param name="shares">Sessions that set variables share connections: what a snapshot will tell is no reason.</param>
    public static PinReasons After(
        PinReasons before, CommandCode command, StatementFacts facts, in ReplySummary summary, int openStatements, bool shares)
    {
        var pins = before & ~(PinReasons.Soft | PinReasons.Transaction | PinReasons.PreparedStatements);
        var ran = CommandPlans.Runs(command) ? facts.Kind : StatementKind.Empty;
        if (ran == StatementKind.UnlockTables && summary.ErrorCode == 0)
        {
            // Of the locks on the whole server it ends FLUSH TABLES WITH READ LOCK, which is among the table locks.
            pins &= ~PinReasons.TableLocks;
        }

        // Either server forgets what was set for the next transaction when one ends, and at COMMIT and ROLLBACK even without one.
        var ends = (before & PinReasons.Transaction) != 0
            || (ran is StatementKind.Commit or StatementKind.Rollback && summary.ErrorCode == 0);
        if (ends && (summary.Status & ServerStatus.InTransaction) == 0)
        {
            pins &= ~PinReasons.NextTransaction;
        }

        // Without a transaction, for the one to come; of several statements another one may have failed.
        if ((facts.Traits & StatementTraits.Savepoint) != 0 && (summary.ErrorCode == 0 || facts.Kind == StatementKind.Multi)
            && (summary.Status & (ServerStatus.InTransaction | ServerStatus.Autocommit)) == 0)
        {
            pins |= PinReasons.NextTransaction;
        }

        // What fails may have taken effect in part.
        var explained = Reasons(facts.Traits);
        pins |= shares ? explained & ~PinReasons.Variables : explained;
        var unexplained = summary.VariableChanged ? !shares
            : summary.StateChanged && (facts.Traits & StatementTraits.FollowedUserVariables) == 0;
        if (unexplained && (explained & ~PinReasons.Soft) == 0)
        {
            pins |= PinReasons.StateChange;
        }

        pins |= openStatements > 0 ? PinReasons.PreparedStatements : PinReasons.None;
        pins |= (summary.Status & ServerStatus.InTransaction) != 0 ? PinReasons.Transaction : PinReasons.None;
        if (summary.Warnings > 0 || summary.ErrorCode != 0 || (facts.Traits & StatementTraits.ReadsDiagnostics) != 0)
        {
            pins |= PinReasons.Diagnostics;
        }

        return command == CommandCode.StmtPrepare || CommandPlans.KeepsDiagnostics(command) ? pins | (before & PinReasons.Soft) : pins;
    }

    /// <summary>The reasons that a command would bring up.</summary>
    public static PinReasons Reasons(CommandCode command, StatementTraits traits, bool shares)
    {
        var reasons = shares ? Reasons(traits) & ~PinReasons.Variables : Reasons(traits);
        return command switch
        {
            CommandCode.StmtPrepare => reasons | PinReasons.PreparedStatements,
            CommandCode.StmtSendLongData => reasons | PinReasons.LongData,
            CommandCode.StmtFetch => reasons | PinReasons.Cursor,
            _ => reasons,
        };
    }

    /// <summary>The reasons in a statement's traits.</summary>
    private static PinReasons Reasons(StatementTraits traits)
    {
        if ((traits & StatementTraits.TouchesSession) == 0)
        {
            return PinReasons.None;
        }

        var reasons = PinReasons.None;
        foreach (var (trait, reason) in s_reasons)
        {
            reasons |= (traits & trait) != 0 ? reason : PinReasons.None;
        }

        return reasons;
    }
}
