using Pool.Actors.Relay;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Statements;

namespace Pool.Actors.Prepared;

/// <summary>
/// Prepares without a server what sessions prepare when they start: SETs, and SELECTs of variables, that were prepared before under
/// the same settings. A connection prepares such a statement if it ever has to execute it.
/// </summary>
internal static class RememberedPrepare
{
    // Behind the OK's first byte.
    private const int IdAt = PacketHeader.Size + 1;

    /// <summary>
    /// Prepares the statement at the front of the inbox for a session that holds no connection. The answer is the reply for the client;
    /// null if a connection must prepare it.
    /// </summary>
    public static ReadOnlyMemory<byte>? TryAnswer(Session session, StatementFacts facts)
    {
        var backend = session.Origin.Backend;
        var mode = CommandStart.Mode(session);
        var text = session.Inbox.Payload[1..];
        if (SettingsAnswers.Find(session, CommandCode.StmtPrepare, facts, text) is not { } answer
            || backend.Texts.Acquire(new PreparedText(text.ToArray(), session.Carried.ParseKeyFor(text, mode), mode, facts, parameters: 0)) is not { } kept)
        {
            return null;
        }

        var prepared = session.Prepared ??= new SessionStatements();
        var statement = new SessionStatement(prepared.NextId(), kept, facts, parameters: 0);
        prepared.Add(statement);
        StatementCommands.EndDiagnostics(session, facts, warnings: 0);
        backend.Metrics.Remembered.Increment();
        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        var reply = answer.Reply.ToArray();
        BitConverter.TryWriteBytes(reply.AsSpan(IdAt), statement.Id);
        return reply;
    }
}
