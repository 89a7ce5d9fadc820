using System.Buffers;
using System.Text.RegularExpressions;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Backends;

/// <summary>
/// Finds out which session variables a server lets sessions set, by trying: no list in a manual fits every version, build and plugin.
/// Every variable is set to the value that it has, on a connection that is not used for anything else.
/// </summary>
internal static partial class VariableSurvey
{
    private const int BatchSize = 64;
    private const int NoPrivilege = 1227;
    private const int ReadOnlyInSession = 1621;

    // Clients ask for these when they start. What cannot change while a server runs needs no watching, but for its version: after an
    // upgrade nothing that was learned before holds.
    private static readonly string[] s_watchedGlobals = ["init_connect", "version", "version_comment", "system_time_zone"];

    /// <summary>The catalogue of the server's variables; null if the server did not answer.</summary>
    public static async ValueTask<VariableCatalogue?> RunAsync(BackendConnection connection, CollationCatalogue collations)
    {
        var shown = await connection.QueryAsync("SHOW SESSION VARIABLES", CancellationToken.None);
        var names = shown.Rows.Select(r => r is [{ } name, ..] ? name.ToLowerInvariant() : "").Where(n => !VariableCatalogue.IsVolatile(n)).Distinct().ToList();
        var read = await AskAllAsync(connection, names.Select(n => $"SELECT @@session.`{n}` LIMIT 1"));
        var readable = names.Zip(read).Where(p => p.Second is { Succeeded: true, Rows.Count: 1 })
            .Select(p => KeyValuePair.Create(p.First, p.Second.Rows[0][0] ?? VariableCatalogue.Null)).ToList();

        // Whether a value needs quotes is told from the value.
        var literals = new VariableCatalogue(readable, []);
        var set = await AskAllAsync(connection, readable.Select(v =>
            $"SET SESSION `{v.Key}` = {(literals.TryFind(v.Key, out var variable) ? VariableCatalogue.Literal(variable, v.Value) : "DEFAULT")}"));
        var settable = readable.Zip(set).Where(p => p.Second.Succeeded || p.Second.ErrorCode == NoPrivilege).Select(p => p.First).ToList();
        List<string> watched =
        [
            .. names.Where(n => s_watchedGlobals.Contains(n)),
            .. readable.Zip(set).Where(p => p.Second.ErrorCode == ReadOnlyInSession).Select(p => p.First.Key),
        ];
        if (connection.Flavour == ServerFlavour.MariaDb)
        {
            await LeaveOutOldNamesAsync(connection, settable);
        }

        var privileged = readable.Zip(set).Where(p => p.Second.ErrorCode == NoPrivilege).Select(p => p.First.Key).ToHashSet();
        return await SampleAsync(connection, new VariableCatalogue(settable, watched, collations), privileged);
    }

    // MariaDB warns of an old name that is read, and keeps the warning where the session would see it. The variable has a new name too.
    private static async ValueTask LeaveOutOldNamesAsync(BackendConnection connection, List<KeyValuePair<string, string>> settable)
    {
        await connection.QueryAsync(new VariableCatalogue(settable, []).SnapshotStatement, CancellationToken.None);
        var warnings = await connection.QueryAsync("SHOW WARNINGS", CancellationToken.None);
        foreach (var name in warnings.Rows.Select(r => OldName().Match(r[2] ?? "").Groups[1].Value))
        {
            settable.RemoveAll(v => v.Key == name);
        }
    }

    [GeneratedRegex("'@@([a-z0-9_]+)' is deprecated")]
    private static partial Regex OldName();

    // The samples as a snapshot shows them: some servers show a switch as 1 in one place and as ON in another.
    private static async ValueTask<VariableCatalogue?> SampleAsync(BackendConnection connection, VariableCatalogue names, HashSet<string> privileged)
    {
        var snapshot = await connection.QueryAsync(names.SnapshotStatement, CancellationToken.None);
        return names.Variables.Count > 0 && snapshot.Rows is [[var text, _]] && names.Parse(text, 0) is { } values
            ? new VariableCatalogue(
                [.. names.Variables.Where(v => v.Role is not (VariableRole.Watched or VariableRole.Silent)).Select(v => KeyValuePair.Create(v.Name, values[v.Index]))],
                [.. names.Variables.Where(v => v.Role == VariableRole.Watched).Select(v => v.Name)],
                names.Collations,
                privileged)
            : null;
    }

    private static async ValueTask<List<QueryResult>> AskAllAsync(BackendConnection connection, IEnumerable<string> statements)
    {
        var results = new List<QueryResult>();
        foreach (var batch in statements.Chunk(BatchSize))
        {
            var commands = new ArrayBufferWriter<byte>();
            foreach (var statement in batch)
            {
                CommandPackets.Query(commands, statement);
            }

            results.AddRange(await connection.RunAsync(commands.WrittenMemory, Enumerable.Repeat(ReplyShape.Results, batch.Length).ToArray()));
        }

        return results;
    }
}
