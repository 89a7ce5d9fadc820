using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Prepared;
using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>
/// Answers from memory what the session sends when it starts: SETs whose effect was seen before under the same settings, SELECTs of
/// variables, and choices of a database that was there a moment ago. Only for a session that holds nothing at a server; anything
/// doubtful goes there.
/// </summary>
internal static class SettingsAnswers
{
    private static readonly string[] s_static =
        ["license", "lower_case_table_names", "performance_schema", "character_set_system", "version_compile_os", "version_compile_machine"];

    /// <summary>Answers the command at the front of the inbox from memory: Next or Close; null if it must go to a connection.</summary>
    /// <param name="session">The session.</param>
    /// <param name="command">The command.</param>
    /// <param name="facts">What its statement is.</param>
    /// <param name="prepared">The statement that it executes, which reads now as when it was prepared; null if the command has its text.</param>
    public static async ValueTask<Step?> TryAnswerAsync(Session session, CommandCode command, StatementFacts facts, PreparedText? prepared = null)
    {
        var backend = session.Origin.Backend;
        if (Find(session, command, facts, prepared is null ? session.Inbox.Payload[1..] : prepared.Text) is not { } answer)
        {
            return null;
        }

        var keepsDiagnostics = CommandPlans.KeepsDiagnostics(command);
        if (session.Lease is { } lease)
        {
            // Its warnings go with this statement, or else they are read.
            session.Pin(keepsDiagnostics ? session.Pins : session.Pins & ~PinReasons.Diagnostics);
            await CommandEnd.GiveBackAsync(session, lease);
            if (session.IsStateLost)
            {
                return await LocalCommands.FailAndCloseAsync(session, PoolError.BackendLost, 1, backend.Name, CommandEnd.StateLost);
            }
        }

        if (!SettingsChange.Want(session, answer.After))
        {
            return null;
        }

        backend.Metrics.Remembered.Increment();
        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        session.Record.NoteRemembered(answer.Rows);
        session.Diagnostics = keepsDiagnostics ? session.Diagnostics : answer.Diagnostics;
        return await LocalCommands.SendAsync(session, answer.Reply);
    }

    /// <summary>What the command is known to do and to answer. Null if it must go to a connection; its answer may then be worth capturing.</summary>
    public static RememberedAnswer? Find(Session session, CommandCode command, StatementFacts facts, ReadOnlySpan<byte> text)
    {
        var backend = session.Origin.Backend;
        if (!IsCandidate(session, command, facts, text))
        {
            return null;
        }

        var before = session.Carried;
        if (backend.Memory.TryFind(before, Format(session, command), text, out var answer)
            && (answer.WhileLatest is null || ReferenceEquals(answer.WhileLatest, backend.Fingerprints.Latest))
            && (!ChoosesDatabase(command, facts) || backend.IsKnownDatabase(session.Origin.Class.Account, answer.After.Database!)))
        {
            return answer;
        }

        session.Capture = NewCapture(session, command, facts, text);
        return null;
    }

    /// <summary>Takes note of how the command in hand ended, before anything else is asked on its connection.</summary>
    public static void NoteResult(Session session, in ReplySummary summary)
    {
        if (session.Capture is not { } capture)
        {
            return;
        }

        if (summary.ErrorCode != 0 || summary.ParameterCount != 0)
        {
            session.Capture = null;
        }

        capture.Rows = summary.IsResultSet ? summary.Rows : null;
    }

    /// <summary>Remembers the answer to the command that has ended, if it is worth it.</summary>
    public static void Remember(Session session, Lease lease)
    {
        if (session.Capture is not { } capture)
        {
            return;
        }

        session.Capture = null;
        var backend = session.Origin.Backend;
        if (session.Pins != PinReasons.None || lease.SettingsUnread
            || (capture.WhileLatest is not null && !ReferenceEquals(capture.WhileLatest, backend.Fingerprints.Latest)))
        {
            return;
        }

        if (ChoosesDatabase(lease.Command, lease.Facts))
        {
            backend.KnowDatabase(session.Origin.Class.Account, session.Database!);
        }

        // What does not bring up its own leaves this session's, of a statement before.
        var diagnostics = lease.Command == CommandCode.StmtPrepare || CommandPlans.KeepsDiagnostics(lease.Command) ? null : session.Diagnostics;
        backend.Memory.Remember(capture.Before, Format(session, lease.Command), capture.Text, new RememberedAnswer(
            capture.Reply.WrittenSpan.ToArray(), session.Settings, capture.Rows, diagnostics, capture.WhileLatest));
    }

    /// <summary>True if the command has no other effect than to make a database the current one.</summary>
    public static bool ChoosesDatabase(CommandCode command, StatementFacts facts) =>
        command == CommandCode.InitDb || (facts.Kind == StatementKind.Use && command == CommandCode.Query);

    private static bool IsCandidate(Session session, CommandCode command, StatementFacts facts, ReadOnlySpan<byte> text)
    {
        const StatementTraits Wanted = StatementTraits.SetsVariables | StatementTraits.ReadsVariables;
        var isSetting = command is CommandCode.Query or CommandCode.StmtPrepare or CommandCode.StmtExecute
            && (facts.Traits & Wanted) != 0 && facts.Kind is StatementKind.Set or StatementKind.Select;
        return (isSetting || ChoosesDatabase(command, facts)) && session.Origin.Backend.SharesSettings
            && (session.Pins & ~PinReasons.Soft) == 0 && text.Length < SettingsMemory.MaxTextBytes;
    }

    // The same text means another thing in another command, and the answer is made for what the client understands.
    private static ulong Format(Session session, CommandCode command) => (ulong)session.Capabilities | ((ulong)command << 56);

    private static AnswerCapture? NewCapture(Session session, CommandCode command, StatementFacts facts, ReadOnlySpan<byte> text)
    {
        var before = session.Carried;
        var variables = new List<string>();
        var dependsOnGlobals = false;
        if (ChoosesDatabase(command, facts))
        {
            return new AnswerCapture(text.ToArray(), before, null);
        }

        if (facts.Kind == StatementKind.Set)
        {
            var memorable = MemorableSet.Inspect(text, CommandStart.Mode(session), variables);
            if (memorable == Memorable.No || !variables.All(v => IsKnown(before.Settings, v)))
            {
                return null;
            }

            dependsOnGlobals = memorable == Memorable.WhileGlobalsHold;
        }
        else if (ConstantRead.Inspect(text, CommandStart.Mode(session), variables) == Constancy.No || !variables.All(v => IsKnown(before.Settings, v)))
        {
            return null;
        }
        else
        {
            dependsOnGlobals = true;
        }

        return new AnswerCapture(text.ToArray(), before, dependsOnGlobals ? session.Origin.Backend.Fingerprints.Latest : null);
    }

    // What cannot change while a server runs, and what each baseline says anew.
    private static bool IsKnown(SessionSettings settings, string variable)
    {
        const string Global = "global.";
        var isGlobal = variable.StartsWith(Global, StringComparison.Ordinal);
        var name = isGlobal ? variable[Global.Length..] : variable;
        return !(isGlobal && BaselineStatement.Hides(name)) && (s_static.Contains(name) || settings.Find(name) is not null);
    }
}
