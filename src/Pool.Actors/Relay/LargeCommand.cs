using Pool.Actors.Errors;
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
    /// <summary>Sends the whole command: Reply, or Next or Close when it failed.</summary>
    public static async ValueTask<Step> StreamAsync(Session session, CommandCode command)
    {
        // What the text asks for is known when it has passed, which is too late for the insert id.
        var isText = command is CommandCode.Query or CommandCode.StmtPrepare;
        if (await LeaseSetup.AcquireAsync(session, command, isText ? StatementTraits.ReadsInsertId : StatementTraits.None) is { } refusal)
        {
            return await SkipAsync(session) is { } sequence ? await LocalCommands.RefuseAsync(session, refusal, sequence) : Step.Close;
        }

        session.IsStreaming = true;
        var lease = session.Lease!;
        var inspector = new StatementInspector(CommandStart.Mode(session));
        lease.Begin(session, command, default, session.Capabilities, session.Touch());
        var walker = new PacketWalker();
        var total = 0L;
        var skip = 1;
        var facts = default(StatementFacts);
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

            if (walker.AtPayloadEnd && isText && FindForbidden(session, command, facts = inspector.Finish()) is { } forbidden)
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
        lease.Facts = facts;
        lease.Connection.Replies.ExpectSequence((byte)(walker.Header.Sequence + 1));
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
                ? (PoolError.PinLimitReached, [backend.Name, backend.Limits.MaxPinned, PinPolicy.Reasons(command, facts.Traits)])
                : null;
    }

    private static async ValueTask AbandonAsync(Session session, string cause)
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
