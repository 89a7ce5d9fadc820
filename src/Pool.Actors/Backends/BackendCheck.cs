using System.Buffers;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Backends;

/// <summary>
/// Learns a server, and makes sure that it behaves as the pool relies on: what a reset does to the character set, and that the
/// session trackers report. Run before a backend is used; a server that differs is not used, rather than used wrongly.
/// </summary>
public static class BackendCheck
{
    private static readonly TimeSpan s_closePatience = TimeSpan.FromSeconds(5);

    /// <summary>Connects, checks and disconnects. The answer has either facts or the failure.</summary>
    public static async ValueTask<(BackendFacts? Facts, ConnectFailure? Failure)> RunAsync(
        IBackendConnector connector, ConnectionClass connectionClass, CancellationToken cancel)
    {
        var outcome = await connector.ConnectAsync(connectionClass, cancel);
        if (outcome.Connection is not BackendConnection connection)
        {
            return (null, outcome.Failure);
        }

        try
        {
            using var abort = cancel.UnsafeRegister(static c => ((BackendConnection)c!).Abort(), connection);
            var problem = await FindProblemAsync(connection);
            return problem is null
                ? (await LearnAsync(connection), null)
                : (null, new ConnectFailure(ConnectFailureKind.Protocol, $"server {connection.Identity.VersionText} cannot be used: {problem}"));
        }
        catch (UnexpectedAnswerException e)
        {
            return (null, new ConnectFailure(ConnectFailureKind.Protocol, e.Message));
        }
        finally
        {
            await connection.CloseAsync(s_closePatience);
        }
    }

    private static async ValueTask<string?> FindProblemAsync(BackendConnection connection)
    {
        await AskAsync(connection, "SET @pool_check = 1");
        if (!connection.Replies.Summary.StateChanged)
        {
            return "session_track_state_change does not report user variables";
        }

        var command = new ArrayBufferWriter<byte>();
        CommandPackets.InitDb(command, "information_schema");
        await connection.RunAsync(command.WrittenMemory, ReplyShape.Acknowledgement);
        if (connection.Replies.Schema != "information_schema")
        {
            return "session_track_schema does not report the current database";
        }

        if (!await connection.ResetAsync("information_schema", multiStatements: true))
        {
            return "a reset connection could not be brought to its baseline";
        }

        var rows = await AskAsync(connection, "SELECT @pool_check IS NULL, @@collation_connection, DATABASE()");
        return rows is [["1", "utf8mb4_general_ci", "information_schema"]]
            ? null
            : "COM_RESET_CONNECTION does not clear user variables, or does not keep the database, or the character set cannot be set after it";
    }

    private static async ValueTask<BackendFacts> LearnAsync(BackendConnection connection)
    {
        var globals = (await AskAsync(connection, "SELECT @@global.collation_server, @@global.sql_mode"))[0];
        var collations = CollationCatalogue.From(await AskAsync(connection, CollationCatalogue.Query), globals[0] ?? "");
        var flavour = connection.Identity.Flavour;
        var mode = flavour == ServerFlavour.MariaDb ? LexerMode.MariaDb : LexerMode.None;
        var sqlMode = (globals[1] ?? "").Split(',');
        mode |= sqlMode.Contains("ANSI_QUOTES") ? LexerMode.AnsiQuotes : LexerMode.None;
        mode |= sqlMode.Contains("NO_BACKSLASH_ESCAPES") ? LexerMode.NoBackslashEscapes : LexerMode.None;
        const int FirstWithoutProcessKill = 9;
        return new BackendFacts(
            flavour,
            connection.Identity.VersionText,
            collations,
            mode,
            await RestoresHandshakeCollationAsync(connection, globals[0] ?? "", flavour),
            flavour == ServerFlavour.MariaDb || connection.Identity.Version.Major < FirstWithoutProcessKill);
    }

    // Told apart only where the handshake's collation is not the server's default anyway.
    private static async ValueTask<bool> RestoresHandshakeCollationAsync(BackendConnection connection, string serverDefault, ServerFlavour flavour)
    {
        const string HandshakeCollation = "utf8mb4_general_ci";
        if (serverDefault == HandshakeCollation)
        {
            return flavour == ServerFlavour.MariaDb;
        }

        var command = new ArrayBufferWriter<byte>();
        CommandPackets.ResetConnection(command);
        await connection.RunAsync(command.WrittenMemory, ReplyShape.Acknowledgement);
        return (await AskAsync(connection, "SELECT @@collation_connection"))[0][0] == HandshakeCollation;
    }

    private static async ValueTask<IReadOnlyList<IReadOnlyList<string?>>> AskAsync(BackendConnection connection, string sql)
    {
        var result = await connection.QueryAsync(sql, CancellationToken.None);
        return result.Succeeded ? result.Rows : throw new UnexpectedAnswerException($"the check of the server failed at \"{sql}\": {result.ErrorText}");
    }

    private sealed class UnexpectedAnswerException(string message) : Exception(message);
}
