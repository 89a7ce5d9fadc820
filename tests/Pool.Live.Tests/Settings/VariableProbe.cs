using System.Globalization;
using Pool.Live.Tests.Twin;
using Pool.Wire.Commands;

namespace Pool.Live.Tests.Settings;

/// <summary>Finds out, on a direct connection, which variables a session can set, and to what.</summary>
internal sealed class VariableProbe(WireClient direct)
{
    // Values that nothing but knowledge finds.
    private static readonly (string Part, string[] Values)[] s_known =
    [
        ("character_set_collations", ["'utf8mb4=utf8mb4_bin'"]), ("character_set", ["latin1"]), ("collation", ["latin1_bin"]), ("lc_", ["'de_DE'"]), ("time_zone", ["'+05:00'"]), ("isolation", ["'SERIALIZABLE'"]),
        ("sql_mode", ["'ANSI'"]), ("optimizer_switch", ["'mrr=off,index_merge=off'", "'mrr=on'"]), ("storage_engine", ["MyISAM", "MEMORY"]), ("block_encryption", ["'aes-256-cbc'"]),
        ("optimizer_trace", ["'enabled=on'", "'greedy_search=off'", "1000"]), ("utf8mb4", ["utf8mb4_general_ci"]), ("explain_format", ["TREE"]), ("gtid_next", ["'ANONYMOUS'"]),
        ("regex", ["'DOTALL'"]), ("old_mode", ["'NO_PROGRESS_INFO'"]), ("engine_", ["'MyISAM'"]), ("session_track_gtids", ["OWN_GTID"]), ("optimizer_features", ["'mrr=off'"]), ("use_secondary", ["OFF", "FORCED"]),
        ("password_", ["DEFAULT"]), ("enforce_storage", ["InnoDB"]), ("wsrep_", ["ON"]), ("session_track_transaction", ["STATE"]), ("note_verbosity", ["'basic,explain'"]), ("binlog_row_value", ["PARTIAL_JSON"]),
        ("sql_error_log", ["2"]), ("debug", ["'d,nothing'"]), ("rand_seed", ["17"]), ("ft_", ["1"]), ("terminology", ["BEFORE_8_0_26"]),
    ];

    /// <summary>Variables that a session can set.</summary>
    public List<SettableVariable> Settable { get; } = [];

    /// <summary>Those that the server lets nobody set in a session, with the statement that says so, and its answer.</summary>
    public List<(string Statement, WireReply Answer)> Refused { get; } = [];

    /// <summary>Those for which no other value was found.</summary>
    public List<string> Skipped { get; } = [];

    /// <summary>Tries them all.</summary>
    public async Task RunAsync()
    {
        var names = (await direct.QueryAsync("SHOW SESSION VARIABLES")).Rows.Select(r => (Name: r[0]!, Value: r[1] ?? "")).ToArray();
        foreach (var (name, value) in names)
            await ProbeAsync(name, value);
    }

    private async Task ProbeAsync(string name, string value)
    {
        await ResetAsync();
        var before = await direct.QueryAsync(SettableVariable.Read(name));
        if (before.ErrorCode != 0)
        {
            await RefusedAsync(name);
            return;
        }

        foreach (var candidate in Candidates(name, value))
        {
            var statement = $"SET SESSION `{name}` = {candidate}";
            var answer = await direct.QueryAsync(statement);
            var after = await direct.QueryAsync(SettableVariable.Read(name));
            if (answer.ErrorCode != 0 || after.DifferenceTo(before) is null)
                continue;
            Settable.Add(new SettableVariable(name, statement, answer, before, after));
            return;
        }

        if (!await RefusedAsync(name))
            Skipped.Add(name);
    }

    private async Task<bool> RefusedAsync(string name)
    {
        const int ReadOnly = 1238, GlobalOnly = 1229, NoSuch = 1193, AccessDenied = 1227;
        await ResetAsync();
        var statement = $"SET SESSION `{name}` = DEFAULT";
        var answer = await direct.QueryAsync(statement);
        if (answer.ErrorCode is not (ReadOnly or GlobalOnly or NoSuch or AccessDenied))
            return false;
        Refused.Add((statement, answer));
        return true;
    }

    private static IEnumerable<string> Candidates(string name, string value)
    {
        foreach (var (_, values) in s_known.Where(k => name.Contains(k.Part, StringComparison.Ordinal)))
        {
            foreach (var known in values)
                yield return known;
        }

        if (ulong.TryParse(value, CultureInfo.InvariantCulture, out var number))
        {
            foreach (var near in new[] { unchecked(number + 1), number * 2, number / 2, number + 4096, number - 1024 })
                yield return near.ToString(CultureInfo.InvariantCulture);
        }

        if (double.TryParse(value, CultureInfo.InvariantCulture, out var real))
            yield return (real + 1.5).ToString(CultureInfo.InvariantCulture);
        foreach (var simple in new[] { value is "ON" ? "OFF" : "ON", "1", "2", "0", "3", "'x'", "''" })
            yield return simple;
    }

    private async Task ResetAsync()
    {
        await direct.RunAsync(CommandCode.ResetConnection, []);
        await direct.QueryAsync(EveryVariable.SetNames);
    }
}
