using System.Buffers;
using System.Globalization;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Backends;

/// <summary>
/// Learns a server, and makes sure that it behaves as the pool relies on: what a reset does to the character set, and that the
/// session trackers report. Run before a backend is used; a server that differs is not used, rather than used wrongly.
/// </summary>
public static class BackendCheck
{
    private static readonly TimeSpan s_closePatience = TimeSpan.FromSeconds(5);

    /// <summary>As the other, for a pool's default account, in a place of its share.</summary>
    public static async ValueTask<BackendCheckResult> RunAsync(BackendPool pool, IBackendConnector connector, CancellationToken cancel) =>
        await pool.InOwnPlaceAsync(() => CheckAsync(connector, pool.Fingerprints, pool.Options.DefaultClass, cancel))
        ?? new(null, new ConnectFailure(ConnectFailureKind.NotPermitted, "the share has no place for the check"));

    /// <summary>Connects, checks and disconnects. The answer has either facts or the failure.</summary>
    public static async ValueTask<BackendCheckResult> RunAsync(
        IBackendConnector connector, FingerprintTable fingerprints, ConnectionClass connectionClass, CancellationToken cancel) =>
        (await CheckAsync(connector, fingerprints, connectionClass, cancel)).Result;

    private static async ValueTask<(BackendCheckResult Result, PooledConnection? NotEnded)> CheckAsync(
        IBackendConnector connector, FingerprintTable fingerprints, ConnectionClass connectionClass, CancellationToken cancel)
    {
        var outcome = await connector.ConnectAsync(connectionClass, cancel);
        if (outcome.Connection is not BackendConnection connection)
        {
            return (new(null, outcome.Failure), outcome.Unfinished);
        }

        var result = await CheckAsync(connection, fingerprints, cancel);
        if (!await connection.CloseAsync(s_closePatience))
        {
            return (result, connection);
        }

        connector.Ended(connection);
        return (result, null);
    }

    private static async ValueTask<BackendCheckResult> CheckAsync(
        BackendConnection connection, FingerprintTable fingerprints, CancellationToken cancel)
    {
        try
        {
            using var abort = cancel.UnsafeRegister(static c => ((BackendConnection)c!).Abort(), connection);
            var problem = await FindProblemAsync(connection);
            return problem is null
                ? new(await LearnAsync(connection, fingerprints), null)
                : new(null, new ConnectFailure(ConnectFailureKind.Protocol, $"server {connection.Identity.VersionText} cannot be used: {problem}"));
        }
        catch (UnexpectedAnswerException e)
        {
            return new(null, new ConnectFailure(ConnectFailureKind.Protocol, e.Message));
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

        if (!await connection.ResetAsync("information_schema", multiStatements: true, catalogue: null))
        {
            return "a reset connection could not be brought to its baseline";
        }

        var rows = await AskAsync(connection, "SELECT @pool_check IS NULL, @@collation_connection, DATABASE()");
        return rows is [["1", "utf8mb4_general_ci", "information_schema"]]
            ? null
            : "COM_RESET_CONNECTION does not clear user variables, or does not keep the database, or the character set cannot be set after it";
    }

    private static async ValueTask<BackendFacts> LearnAsync(BackendConnection connection, FingerprintTable fingerprints)
    {
        var globals = await AskRowAsync(connection, "SELECT @@global.collation_server, @@global.max_prepared_stmt_count", columns: 2);
        var collations = CollationCatalogue.From(await AskAsync(connection, CollationCatalogue.Query), globals[0] ?? "");
        var flavour = connection.Identity.Flavour;
        const int FirstWithoutProcessKill = 9;
        var facts = new BackendFacts(
            flavour,
            connection.Identity.VersionText,
            collations,
            await RestoresHandshakeCollationAsync(connection, globals[0] ?? "", flavour),
            flavour == ServerFlavour.MariaDb || connection.Identity.Version.Major < FirstWithoutProcessKill,
            int.TryParse(globals[1], CultureInfo.InvariantCulture, out var statements) ? statements : 0);
        var catalogue = await VariableSurvey.RunAsync(connection, collations)
            ?? throw new UnexpectedAnswerException("the session variables of the server could not be read");

        // The first baseline.
        if (!await connection.ResetAsync("information_schema", multiStatements: true, catalogue))
        {
            throw new UnexpectedAnswerException("the baseline of the server could not be read");
        }

        fingerprints.Catalogue = catalogue;
        return facts;
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
        return (await AskRowAsync(connection, "SELECT @@collation_connection", columns: 1))[0] == HandshakeCollation;
    }

    private static async ValueTask<IReadOnlyList<string?>> AskRowAsync(BackendConnection connection, string sql, int columns) =>
        await AskAsync(connection, sql) is [var row] && row.Count == columns
            ? row : throw new UnexpectedAnswerException($"the server answered \"{sql}\" with something else");

    private static async ValueTask<IReadOnlyList<IReadOnlyList<string?>>> AskAsync(BackendConnection connection, string sql)
    {
        var result = await connection.QueryAsync(sql, CancellationToken.None);
        return result.Succeeded ? result.Rows : throw new UnexpectedAnswerException($"the check of the server failed at \"{sql}\": {result.ErrorText}");
    }

    private sealed class UnexpectedAnswerException(string message) : Exception(message);
}

/// <summary>What a check of a server came to.</summary>
/// <param name="Facts">What was learned; null on failure.</param>
/// <param name="Failure">Why the server is not used; null on success.</param>
public sealed record BackendCheckResult(BackendFacts? Facts, ConnectFailure? Failure);
