using Pool.Actors.Errors;
using Pool.Actors.Prepared;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>
/// A command that does not fit into the inbox: sent on as it arrives, through the inbox as a fixed buffer. A statement is read
/// by the lexer as it passes, so that at its end as much is known of it as of a small one; only rewriting is not possible.
/// </summary>
internal static class LargeCommand
{
    private const StatementTraits LargeTraits = StatementTraits.ReadsInsertId | StatementTraits.ReadsVariables | StatementTraits.UserVariables;

    /// <summary>Sends the whole command: Reply, or Next or Close when it failed.</summary>
    public static async ValueTask<Step> StreamAsync(Session session, CommandCode command)
    {
        // What the text asks for is known when it has passed, which is too late for the insert id and for user variables.
        var isText = command is CommandCode.Query or CommandCode.StmtPrepare;
        if (await LeaseSetup.AcquireAsync(session, command, new StatementFacts(StatementKind.Unknown, isText ? LargeTraits : StatementTraits.None)) is { } refusal)
        {
            return await SkipAsync(session) is { } sequence ? await LocalCommands.RefuseAsync(session, refusal, sequence) : Step.Close;
        }

        if (command == CommandCode.StmtPrepare)
        {
            await LargeStatement.SendClosesAsync(session.Lease!.Connection);
        }

        session.IsStreaming = true;
        session.Lease!.Begin(session, command, default, session.Capabilities, session.Touch());
        if (StatementCommands.Serves(session, command))
        {
            StatementCommands.Begin(session, session.Lease, text: null, default);
        }

        return await RelayAsync(session, command, new PacketWalker(), default);
    }

    /// <summary>
    /// Sends a command that has begun, or the rest of it after what the walker has passed: Reply, or Finish if there is none, or Next or
    /// Close when it failed. The facts are those of a command whose text was known before.
    /// </summary>
    public static async ValueTask<Step> RelayAsync(Session session, CommandCode command, PacketWalker walker, StatementFacts facts)
    {
        var lease = session.Lease!;
        session.Send(default, consumes: 0);
        var isText = command is CommandCode.Query or CommandCode.StmtPrepare;
        var inspector = new StatementInspector(CommandStart.Mode(session));
        var total = 0L;
        var skip = 1;
        do
        {
            var passed = Walk(session, ref walker, isText, ref inspector, ref skip);
            total += passed;
            var sequence = (byte)(walker.Header.Sequence + 1);
            if (total > session.Services.Limits.MaxPacketBytes)
            {
                await AbandonAsync(session, "oversize");
                return await LocalCommands.FailAndCloseAsync(session, PoolError.PacketTooLarge, sequence);
            }

            if (walker.AtPayloadEnd && isText && FindForbidden(session, command, facts = StoredCodeRule.OfLarge(session, inspector.Finish())) is { } forbidden)
            {
                // The server never gets the last part, and so never runs the statement.
                session.Inbox.Consume(passed);
                await AbandonAsync(session, "forbidden");
                return await LocalCommands.SendErrorAsync(session, forbidden.Error, sequence, forbidden.Arguments);
            }

            if (!await lease.Connection.SendAsync(session.Inbox.Bytes[..passed]))
            {
                return await ReadLastWordsAsync(lease);
            }

            session.Inbox.Consume(passed);
        }
        while (!walker.AtPayloadEnd && await ReceiveAsync(session));

        if (!walker.AtPayloadEnd)
        {
            return Step.ClientLeft;
        }

        session.IsStreaming = false;
        if (lease.Preparing is { } preparation)
        {
            preparation.Facts = facts;
        }
        else
        {
            lease.Facts = facts;
        }

        lease.Expect(session, (byte)(walker.Header.Sequence + 1));
        session.Send(ReadOnlyMemory<byte>.Empty, 0);
        return ReplyShapeOf(command);
    }

    /// <summary>Receives more from the client in mid-command; false when it has gone.</summary>
    public static async ValueTask<bool> ReceiveAsync(Session session)
    {
        var receive = session.Client.ReceiveAsync(session.Inbox.FreeWithin);
        var received = receive.IsCompleted ? await receive : await session.WhileBlocked(receive);
        session.Inbox.Received(received);
        session.Services.Metrics.BytesFromClients.Add(received);
        return received > 0;
    }

    /// <summary>
    /// Reads the command at the front of the inbox to its end and drops it. Answers the sequence number of the reply, or null when
    /// the client has gone.
    /// </summary>
    public static async ValueTask<byte?> SkipAsync(Session session)
    {
        var walker = new PacketWalker();
        do
        {
            var inspector = new StatementInspector(LexerMode.None);
            var skip = 0;
            session.Inbox.Consume(Walk(session, ref walker, isText: false, ref inspector, ref skip));
        }
        while (!walker.AtPayloadEnd && await ReceiveAsync(session));

        return walker.AtPayloadEnd ? (byte)(walker.Header.Sequence + 1) : null;
    }

    private static Step ReplyShapeOf(CommandCode command) =>
        Wire.Replies.ReplyShapes.Of(command) == Wire.Replies.ReplyShape.None ? Step.Finish : Step.Reply;

    // Walks over what is in the inbox, up to the command's end, and answers how many bytes may go on.
    private static int Walk(Session session, ref PacketWalker walker, bool isText, ref StatementInspector inspector, ref int skip)
    {
        var bytes = session.Inbox.Bytes.Span;
        var passed = 0;
        int run;
        do
        {
            run = walker.Next(bytes[passed..], out var isBody);
            if (isBody && isText)
            {
                // The command code is not part of the text.
                var text = bytes.Slice(passed, run);
                inspector.Feed(text[Math.Min(skip, run)..]);
                skip -= Math.Min(skip, run);
            }

            passed += run;
        }
        while (run > 0 && !walker.AtPayloadEnd);
        return passed;
    }

    private static (PoolError Error, object?[] Arguments)? FindForbidden(Session session, CommandCode command, StatementFacts facts)
    {
        var backend = session.Origin.Backend;
        return (facts.Traits & StatementTraits.Kills) != 0 ? (PoolError.NotServed, ["KILL in a statement of this size"])
            : CommandStart.ExceedsPins(session, command, facts.Traits)
                ? (PoolError.PinLimitReached, [backend.Name, backend.Limits.MaxPinned, PinPolicy.Reasons(command, facts.Traits, backend.SharesSettings)])
                : null;
    }

    /// <summary>Gives up the connection in mid-command.</summary>
    public static async ValueTask AbandonAsync(Session session, string cause)
    {
        session.Lease!.End();
        await session.Lease.Connection.Kills.WhenQuietAsync();
        session.Discard(cause);
        session.IsStreaming = false;
    }

    // A server that finds a packet too large says so and closes, while the client is still sending: its last words may be here.
    private static async ValueTask<Step> ReadLastWordsAsync(Lease lease)
    {
        var step = lease.Take(await lease.Connection.ReceiveAsync());
        return step == Step.Finish ? Step.Reply : Step.Lost;
    }
}
