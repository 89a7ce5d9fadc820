using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Sessions;

namespace Pool.Actors.Relay;

/// <summary>
/// A repaint and a statement in one write. No server stops at an error, so this is only for statements that merely read: the reply is
/// held back until the repaint is seen to have worked, and thrown away with its connection if it has not.
/// </summary>
internal static class SharedWrite
{
    /// <summary>
    /// What is next for a command that has begun: Send; ClientLeft if its session was killed before; or, when a repaint goes with it, both
    /// are sent: Scan if the statement's own reply is next, Next or Close if the client was told of an error, null if the statement is to be
    /// sent elsewhere.
    /// </summary>
    public static async ValueTask<Step?> GoOnAsync(Session session)
    {
        if (session.IsKilled)
        {
            return Step.ClientLeft;
        }

        return session.Lease!.Pending is { } repaint ? await SendAsync(session, session.Lease, repaint) : Step.Send;
    }

    private static async ValueTask<Step?> SendAsync(Session session, Lease lease, Repaint repaint)
    {
        lease.Pending = null;
        var (connection, statement) = (lease.Connection, session.Outgoing);
        var buffer = ArrayPool<byte>.Shared.Rent(repaint.Commands.Length + statement.Length);
        repaint.Commands.CopyTo(buffer);
        statement.CopyTo(buffer.AsMemory(repaint.Commands.Length));
        var sent = await connection.SendAsync(buffer.AsMemory(0, repaint.Commands.Length + statement.Length));
        ArrayPool<byte>.Shared.Return(buffer);

        var replies = await connection.ReadRepliesAsync(sent, repaint.Shapes);
        var isLost = Array.Exists(replies, static r => r.ErrorCode < 0);
        var result = repaint.Conclude(connection, replies);
        if (result.Succeeded)
        {
            session.ConsumeSent();
            lease.Expect(session);
            return Step.Scan;
        }

        lease.End();
        await connection.Kills.WhenQuietAsync();
        var stateLost = session.LosesStateThere;
        session.Discard(isLost ? "lost" : "repaint");
        if (stateLost)
        {
            return await LocalCommands.FailAndCloseAsync(session, PoolError.BackendLost, 1, session.Origin.Backend.Name, CommandEnd.StateLost);
        }

        // A server whose answers are lost may have run the statement, for as long as it takes. One that refused the settings has run it under
        // wrong ones, and was read of no further.
        if (!isLost && result.ErrorCode != ServerErrorCode.QueryInterrupted)
        {
            return null;
        }

        session.Capture = null;
        session.ConsumeSent();
        return isLost
            ? await LocalCommands.SendErrorAsync(session, PoolError.BackendLost, 1, session.Origin.Backend.Name, "")
            : await LocalCommands.SendErrorAsync(session, PoolError.QueryInterrupted, 1);
    }
}
