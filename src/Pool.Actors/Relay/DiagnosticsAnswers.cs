using System.Buffers;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>Answers SHOW WARNINGS and SHOW ERRORS where the session, and no connection, has what they ask for.</summary>
internal static class DiagnosticsAnswers
{
    /// <summary>A statement that answers SHOW COUNT(*) WARNINGS or ERRORS as the server does, with the session's numbers.</summary>
    public static ReadOnlyMemory<byte> Count(Diagnostics diagnostics, DiagnosticsRequest request)
    {
        var (name, count) = request.ErrorsOnly ? ("error_count", diagnostics.Errors) : ("warning_count", diagnostics.Count);
        var command = new ArrayBufferWriter<byte>();
        CommandPackets.Query(command, $"SELECT IF(1, CAST({count} AS UNSIGNED), @@{name}) AS `@@session.{name}`");
        return command.WrittenMemory;
    }

    /// <summary>Answers the command at the front of the inbox: Next or Close; null if it must go to a connection.</summary>
    public static async ValueTask<Step?> TryAnswerAsync(Session session, CommandCode command, StatementFacts facts)
    {
        if (command != CommandCode.Query || facts.Kind != StatementKind.Show || (facts.Traits & StatementTraits.ReadsDiagnostics) == 0
            || session.Diagnostics is not { } diagnostics || session.Lease is { HasLastResult: true }
            || !DiagnosticsStatement.TryParse(session.Inbox.Payload[1..], CommandStart.Mode(session), out var request) || request.CountOnly)
        {
            return null;
        }

        var status = session.Lease?.Connection.Status ?? session.IdleStatus;
        var (packets, _) = diagnostics.Show(request.ErrorsOnly, request.Offset, request.Limit, session.Capabilities, status);
        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        session.Record.NoteDiagnosticsShown();
        return await LocalCommands.SendAsync(session, packets);
    }
}
