using System.Buffers;
using Pool.Actors.Relay;
using Pool.Wire.Replies;

namespace Pool.Actors.Sessions;

/// <summary>
/// The flow of control of a session: waits for its client, and takes one command after the other through its steps. A step that can go on at
/// once waits for nothing.
/// </summary>
internal static class SessionFlow
{
    /// <summary>Serves the client until it leaves or is made to. Never throws.</summary>
    public static async Task ServeAsync(Session session)
    {
        try
        {
            var step = Step.Next;
            while (step != Step.Close && !session.IsKilled)
            {
                if (!session.Inbox.HasCommand)
                {
                    Rest(session);
                    step = await WakeAsync(session, await session.Client.ReceiveAsync(session.Inbox.Free));
                    continue;
                }

                step = CommandStart.Begin(session);
                if (step == Step.Wait)
                {
                    step = CommandStart.Resume(session, await LeaseSetup.WaitAsync(session));
                }

                if (step == Step.Prepare)
                {
                    step = await CommandPreparation.PrepareAsync(session);
                }

                if (step == Step.Send)
                {
                    step = Sent(session, await session.Lease!.Connection.SendAsync(session.Outgoing));
                }

                while (step is Step.Reply or Step.Scan)
                {
                    step = step == Step.Scan ? session.Lease!.Scan() : session.Lease!.Take(await session.Lease.Connection.ReceiveAsync());
                    if (!await SendReadyAsync(session) && step != Step.Finish)
                    {
                        step = Step.ClientLeft;
                    }
                    else if (step == Step.ClientData)
                    {
                        step = await LocalInfile.RelayAsync(session);
                    }
                }

                if (step == Step.Finish)
                {
                    step = CommandEnd.Finish(session);
                }

                if (step is not (Step.Next or Step.Close))
                {
                    step = await CommandEnd.SettleAsync(session, step);
                }
            }
        }
        catch (Exception e)
        {
            // Nobody knows where the connection is in its exchange.
            SessionLog.Failed(session.Services.Logger, session.Id.Value, e);
            session.Lease?.End();
            session.Discard("fault");
        }
        finally
        {
            session.Turn.End();
            await session.CleanUpAsync();
        }
    }

    private static void Rest(Session session)
    {
        if (session.Lease is { } lease)
        {
            SessionWatch.Rest(session, lease);
        }
        else
        {
            session.Turn.Rest();
        }
    }

    private static ValueTask<Step> WakeAsync(Session session, int received) =>
        session.Turn.Take(SessionState.Busy) == SessionState.Idle ? ValueTask.FromResult(Take(session, received)) : WakeSlowlyAsync(session, received);

    private static async ValueTask<Step> WakeSlowlyAsync(Session session, int received)
    {
        SessionState state;
        while ((state = session.Turn.Take(SessionState.Busy)) != SessionState.Idle)
        {
            if (state == SessionState.Ended)
            {
                return Step.Close;
            }

            await session.Turn.UntilSettled;
        }

        return Take(session, received);
    }

    private static Step Take(Session session, int received)
    {
        if (received == 0)
        {
            return Step.Close;
        }

        if (session.Lease is { } lease)
        {
            session.Origin.Backend.Pool.Offers.Remove(lease.Connection);
        }

        session.Inbox.Received(received);
        session.Services.Metrics.BytesFromClients.Add(received);
        return Step.Next;
    }

    private static Step Sent(Session session, bool sent)
    {
        session.ConsumeSent();
        return !sent ? Step.Lost
            : ReplyShapes.Of(session.Lease!.Command) == ReplyShape.None ? Step.Finish
            : Step.Reply;
    }

    private static ValueTask<bool> SendReadyAsync(Session session)
    {
        var window = session.Lease!.Connection.Replies.Window;
        var ready = window.Ready;
        if (ready.IsEmpty)
        {
            return ValueTask.FromResult(true);
        }

        session.Services.Metrics.BytesToClients.Add(ready.Length);
        window.Sent();
        session.Capture?.Reply.Write(ready.Span);
        return session.SendAsync(ready);
    }
}
