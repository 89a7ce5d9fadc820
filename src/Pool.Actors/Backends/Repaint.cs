using System.Buffers;
using System.Text;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Backends;

/// <summary>
/// The commands that bring a connection from one set of settings to another: a value, computed first and run afterwards in one
/// write. Each step that the server accepts is noted at once, so that the connection's fingerprint always says what it carries.
/// </summary>
public sealed class Repaint
{
    private readonly List<(ReplyShape Shape, Func<SessionSettings, SessionSettings> Effect)> _steps = [];
    private readonly ArrayBufferWriter<byte> _commands = new();

    private Repaint()
    {
    }

    /// <summary>The difference between two settings of one class.</summary>
    public static Repaint Between(SessionSettings has, SessionSettings needs, CollationCatalogue collations)
    {
        var plan = new Repaint();
        if (has.MultiStatements != needs.MultiStatements)
        {
            CommandPackets.MultiStatements(plan._commands, needs.MultiStatements);
            plan.Add(ReplyShape.Acknowledgement, s => s with { MultiStatements = needs.MultiStatements });
        }

        if (has.IgnoreSpace != needs.IgnoreSpace)
        {
            CommandPackets.Query(plan._commands, needs.IgnoreSpace
                ? "SET sql_mode = CONCAT(@@global.sql_mode, ',IGNORE_SPACE')"
                : "SET sql_mode = DEFAULT");
            plan.Add(ReplyShape.Results, s => s with { IgnoreSpace = needs.IgnoreSpace });
        }

        if (has.NoNullCollationIds != needs.NoNullCollationIds)
        {
            CommandPackets.Query(plan._commands, needs.NoNullCollationIds
                ? "SET old_mode = CONCAT_WS(',', NULLIF(@@global.old_mode, ''), 'NO_NULL_COLLATION_IDS')"
                : "SET old_mode = DEFAULT");
            plan.Add(ReplyShape.Results, s => s with { NoNullCollationIds = needs.NoNullCollationIds });
        }

        if (has.Database != needs.Database)
        {
            if (!Ascii.IsValid(needs.Database))
            {
                // The name is read in the connection's character set.
                CommandPackets.Query(plan._commands, collations.SetNames(Baseline.CollationId));
                plan.Add(ReplyShape.Results, s => s with { CollationId = Baseline.CollationId });
                has = has with { CollationId = Baseline.CollationId };
            }

            CommandPackets.InitDb(plan._commands, needs.Database!);
            plan.Add(ReplyShape.Acknowledgement, s => s with { Database = needs.Database });
        }

        if (has.CollationId != needs.CollationId)
        {
            CommandPackets.Query(plan._commands, collations.SetNames(needs.CollationId));
            plan.Add(ReplyShape.Results, s => s with { CollationId = needs.CollationId });
        }

        return plan;
    }

    /// <summary>Runs the commands. The answer is the first failure, or success; the connection's fingerprint is right either way.</summary>
    public async ValueTask<QueryResult> RunAsync(BackendConnection connection, FingerprintTable fingerprints)
    {
        var settings = fingerprints.SettingsOf(connection.Fingerprint);
        var results = await connection.RunAsync(_commands.WrittenMemory, [.. _steps.Select(s => s.Shape)]);
        QueryResult? failure = null;
        foreach (var ((_, effect), result) in _steps.Zip(results))
        {
            settings = result.Succeeded ? effect(settings) : settings;
            failure ??= result.Succeeded ? null : result;
        }

        connection.Repainted(settings);
        return failure ?? new QueryResult(0, null, []);
    }

    private void Add(ReplyShape shape, Func<SessionSettings, SessionSettings> effect) => _steps.Add((shape, effect));
}
