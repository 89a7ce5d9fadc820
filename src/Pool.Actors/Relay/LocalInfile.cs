using Pool.Actors.Sessions;
using Pool.Wire.Framing;

namespace Pool.Actors.Relay;

/// <summary>
/// LOAD DATA LOCAL: after the server asked for the file, the client's packets go to the server as they come, up to an empty one;
/// then the server's verdict follows. Their sequence numbers are brought back by as much as the adapter put the client's ahead.
/// </summary>
internal static class LocalInfile
{
    /// <summary>Relays the file: Reply, or Lost or ClientLeft.</summary>
    public static async ValueTask<Step> RelayAsync(Session session)
    {
        session.IsStreaming = true;
        var connection = session.Lease!.Connection;
        var walker = new PacketWalker();
        while (true)
        {
            var passed = Walk(session, ref walker, connection.Replies.SequenceShift, out var ended);
            if (passed > 0 && !await connection.SendAsync(session.Inbox.Bytes[..passed]))
            {
                return Step.Lost;
            }

            session.Inbox.Consume(passed);
            if (ended)
            {
                session.IsStreaming = false;
                connection.Replies.ClientDataSent((byte)(walker.Header.Sequence - connection.Replies.SequenceShift + 1));
                return Step.Reply;
            }

            if (!await LargeCommand.ReceiveAsync(session))
            {
                return Step.ClientLeft;
            }
        }
    }

    private static int Walk(Session session, ref PacketWalker walker, byte shift, out bool ended)
    {
        var bytes = session.Inbox.Bytes.Span;
        var passed = 0;
        ended = false;
        while (!ended)
        {
            var run = walker.Next(bytes[passed..], out var isBody);
            if (run == 0)
            {
                break;
            }

            if (!isBody)
            {
                (walker.Header with { Sequence = (byte)(walker.Header.Sequence - shift) }).Write(bytes[passed..]);
                ended = walker.Header.PayloadLength == 0 && !walker.IsContinuation;
            }

            passed += run;
        }

        return passed;
    }
}
