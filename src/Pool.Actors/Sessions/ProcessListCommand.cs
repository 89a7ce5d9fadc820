using System.Globalization;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Sessions;
using Pool.Actors.Relay;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>
/// SHOW PROCESSLIST, of the pool's sessions on all nodes in place of the server's threads: those of the same user, or all if the user may
/// end others' sessions.
/// </summary>
internal static class ProcessListCommand
{
    private const int ShortInfo = 100;
    private const int LongInfo = 65_535;
    private const string Progress = "0.000";

    /// <summary>Runs the command at the front of the inbox: Next or Close; null if it must go to a connection.</summary>
    public static async ValueTask<Step?> TryRunAsync(Session session, CommandCode command, StatementFacts facts)
    {
        if (command != CommandCode.Query || (facts.Traits & StatementTraits.ListsProcesses) == 0
            || !ProcessListStatement.TryParse(session.Inbox.Payload[1..], CommandStart.Mode(session), out var isFull))
        {
            return null;
        }

        var list = await session.Services.Directory.ListAsync(session.Origin.CanKillOthers ? null : session.Origin.User, CancellationToken.None);
        if (session.Lease is { } lease)
        {
            // What the last statement left there goes with this one.
            (lease.HasLastResult, lease.FoundRowsUnread) = (false, false);
            session.Pin(session.Pins & ~PinReasons.Soft);
            await CommandEnd.GiveBackAsync(session, lease);
        }

        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        session.Record.NoteRemembered((ulong)list.Rows.Count);
        session.Diagnostics = list.Missing.Count == 0 ? null : Diagnostics.Warnings(
            session.Capabilities, list.Missing.Select(n => $"Sessions of node '{n}' are missing: it could not be reached"));
        return await LocalCommands.SendAsync(session, Packets(session, list, isFull));
    }

    private static ReadOnlyMemory<byte> Packets(Session session, ProcessList list, bool isFull)
    {
        var isMariaDb = session.Origin.Backend.Facts!.Flavour == ServerFlavour.MariaDb;
        var width = isFull ? LongInfo : ShortInfo;
        var status = session.Lease?.Connection.Status ?? session.IdleStatus;
        var writer = new ResultSetWriter(session.Capabilities, status);
        writer.Columns([.. Columns(width, isMariaDb).Select(c => c.ToPayload(session.Capabilities))]);
        foreach (var row in list.Rows)
        {
            var isOwn = row.Id == session.Id.Value;
            var info = isOwn ? isFull ? "SHOW FULL PROCESSLIST" : "SHOW PROCESSLIST" : row.Info;
            string?[] values =
            [
                Number(row.Id), row.User, row.Host, row.Database, row.Command, Number(row.Seconds), isOwn ? "starting" : row.State, info, Progress,
            ];
            writer.Row(ResultSetWriter.RowPayload(isMariaDb ? values : values.AsSpan(..^1)));
        }

        return writer.End((ushort)Math.Min(list.Missing.Count, ushort.MaxValue));
    }

    private static IEnumerable<ResultColumn> Columns(int infoWidth, bool isMariaDb)
    {
        yield return ResultColumn.Number("Id", ColumnType.LongLong, isMariaDb ? 11u : 21u);
        yield return ResultColumn.Text("User", isMariaDb ? 128 : 32);
        yield return ResultColumn.Text("Host", isMariaDb ? 64 : 255);
        yield return ResultColumn.Text("db", 64) with { IsNullable = true };
        yield return ResultColumn.Text("Command", 16);
        yield return ResultColumn.Number("Time", ColumnType.Long, 7);
        yield return ResultColumn.Text("State", 30) with { IsNullable = true };
        yield return ResultColumn.Text("Info", infoWidth) with { IsNullable = true };
        if (isMariaDb)
        {
            yield return ResultColumn.Number("Progress", ColumnType.Double, 7) with { Decimals = 3 };
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
