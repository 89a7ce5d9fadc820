using System.Buffers;
using Pool.Actors.Errors;
using Pool.Actors.Prepared;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>Everything that a command may need before it can be sent, or instead of being sent.</summary>
internal static class CommandPreparation
{
    /// <summary>Deals with the command at the front of the inbox: Send or Reply if a connection is to answer it, else Next or Close.</summary>
    public static async ValueTask<Step> PrepareAsync(Session session)
    {
        var header = session.Inbox.Header;
        if (header.Sequence != 0)
        {
            return await LocalCommands.FailAndCloseAsync(session, PoolError.PacketsOutOfOrder, (byte)(header.Sequence + 1));
        }

        if (header.PayloadLength == 0)
        {
            return await LocalCommands.FailAndCloseAsync(session, PoolError.MalformedPacket, 1);
        }

        if (session.IsStateLost)
        {
            await LocalCommands.FailAsync(session, PoolError.BackendLost, session.Origin.Backend.Name, CommandEnd.StateLost);
            return Step.Close;
        }

        var command = (CommandCode)session.Inbox.Payload[0];
        return CommandPlans.Of(command, header.PayloadLength) switch
        {
            CommandPlan.Forward or CommandPlan.ForwardIfHeld when StatementCommands.Serves(session, command) =>
                await StatementCommands.ServeAsync(session, command),
            CommandPlan.Forward => await ForwardAsync(session, command),
            CommandPlan.ForwardIfHeld when session.HoldsLease => await ForwardAsync(session, command),
            CommandPlan.ForwardIfHeld or CommandPlan.Own => await LocalCommands.AnswerAsync(session, command),
            CommandPlan.Malformed => await LocalCommands.FailAndCloseAsync(session, PoolError.MalformedPacket, 1),
            CommandPlan.Refuse => await LocalCommands.FailAsync(session, PoolError.NotServed, CommandPlans.Name(command)),
            _ => await LocalCommands.FailAsync(session, PoolError.UnknownCommand),
        };
    }

    private static async ValueTask<Step> ForwardAsync(Session session, CommandCode command)
    {
        if (session.Inbox.IsLarge)
        {
            if (StoredCodeRule.MustLook(session, new StatementFacts(StatementKind.Unknown, StatementTraits.None)))
            {
                await StoredCodeRule.LookAsync(session);
            }

            return await LargeCommand.StreamAsync(session, command);
        }

        var facts = CommandStart.Facts(session, command, session.Inbox.Payload);
        if (StoredCodeRule.MustLook(session, facts))
        {
            var stored = await StoredCodeRule.LookAsync(session);
            facts = CommandStart.Facts(session, command, session.Inbox.Payload, stored);
        }

        if ((facts.Traits & StatementTraits.Kills) != 0)
        {
            return TryReadKill(session, command, out var scope, out var target)
                ? await KillCommand.RunAsync(session, scope, target)
                : await LocalCommands.FailAsync(session, PoolError.NotServed, "KILL in this form; use KILL [CONNECTION | QUERY] <id> on its own");
        }

        if (CommandStart.ExceedsPins(session, command, facts.Traits))
        {
            var backend = session.Origin.Backend;
            return await LocalCommands.FailAsync(
                session, PoolError.PinLimitReached, backend.Name, backend.Limits.MaxPinned, PinPolicy.Reasons(command, facts.Traits, backend.SharesSettings));
        }

        if ((await DiagnosticsAnswers.TryAnswerAsync(session, command, facts)
            ?? await ProcessListCommand.TryRunAsync(session, command, facts)
            ?? await SettingsAnswers.TryAnswerAsync(session, command, facts)) is { } answered)
        {
            return answered;
        }

        return await SendAsync(session, command, facts);
    }

    private static async ValueTask<Step> SendAsync(Session session, CommandCode command, StatementFacts facts)
    {
        // A repaint that failed in the same write is not tried so again: done by itself it gives a clear error.
        for (var mayShareWrite = true; ; mayShareWrite = false)
        {
            if (await LeaseSetup.AcquireAsync(session, command, facts, mayShareWrite) is { } refusal)
            {
                return await LocalCommands.RefuseAsync(session, refusal);
            }

            Begin(session, command, facts);
            if (await SharedWrite.GoOnAsync(session) is { } step)
            {
                return step;
            }
        }
    }

    private static void Begin(Session session, CommandCode command, StatementFacts facts)
    {
        var lease = session.Lease!;
        var length = session.Inbox.Header.PacketLength;
        var outgoing = command == CommandCode.Query ? lease.Hinted ?? Rewritten(session, lease, facts) : null;
        PinTracking.Start(session, command, facts);
        lease.Begin(session, command, facts, session.Capabilities, session.Touch());
        session.Send(outgoing ?? session.Inbox.Command, length);
    }

    // The statement with the session's own values in place of the functions that would tell the connection's; null if it needs none.
    private static ReadOnlyMemory<byte>? Rewritten(Session session, Lease lease, StatementFacts facts)
    {
        const StatementTraits Substituted = StatementTraits.ReadsConnectionId | StatementTraits.ReadsRowCount | StatementTraits.ReadsFoundRows
            | StatementTraits.ReadsDiagnostics;
        if ((facts.Traits & Substituted) == 0)
        {
            return null;
        }

        if (!lease.HasLastResult && facts.Kind == StatementKind.Show && session.Diagnostics is { } diagnostics
            && DiagnosticsStatement.TryParse(session.Inbox.Payload[1..], CommandStart.Mode(session), out var request) && request.CountOnly)
        {
            return DiagnosticsAnswers.Count(diagnostics, request);
        }

        var values = !lease.HasLastResult ? session.Record.Values(session.Id.Value, session.Diagnostics)
            : new SessionValues(session.Id.Value, FoundRows: lease.HasFoundRows ? null : session.Record.FoundRows, LastGtid: session.Record.LastGtid);
        var output = new ArrayBufferWriter<byte>(session.Inbox.Header.PacketLength + 64);
        output.GetSpan(PacketHeader.Size + 1)[PacketHeader.Size] = (byte)CommandCode.Query;
        output.Advance(PacketHeader.Size + 1);
        if (!SessionFunctions.TryRewrite(session.Inbox.Payload[1..], CommandStart.Mode(session), values, output))
        {
            return null;
        }

        var packet = output.WrittenSpan.ToArray();
        new PacketHeader(packet.Length - PacketHeader.Size, 0).Write(packet);
        return packet;
    }

    private static bool TryReadKill(Session session, CommandCode command, out KillScope scope, out ulong target)
    {
        (scope, target) = (default, 0);
        return command == CommandCode.Query
            && KillStatement.TryParse(session.Inbox.Payload[1..], CommandStart.Mode(session), out scope, out target);
    }
}
