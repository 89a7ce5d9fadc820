using System.Globalization;

namespace Pool.Load;

/// <summary>What the database itself counted since it started, over all its connections.</summary>
internal static class ServerCounters
{
    // Each with the name that it has in a report.
    private static readonly (string Variable, string Name)[] s_counters = [("Com_set_option", "sets"), ("Com_stmt_prepare", "prepares")];

    /// <summary>A reading of now over a session of its own; empty when <see cref="LoadOptions.DatabasePort"/> is 0.</summary>
    public static async Task<IReadOnlyDictionary<string, double>> ReadAsync(LoadOptions options)
    {
        var counters = new Dictionary<string, double>();
        if (options.DatabasePort == 0)
        {
            return counters;
        }

        using var session = new LoadSession(options with { Mode = LoadMode.Point }, ClientKind.Silent(deprecateEof: true), new Random(0), number: 0);
        await session.OpenAsync(options.DatabasePort);
        foreach (var (variable, name) in s_counters)
        {
            var row = await session.AskAsync($"SHOW GLOBAL STATUS LIKE '{variable}'");
            counters[name] = double.Parse(row[1], CultureInfo.InvariantCulture);
        }

        await session.QuitAsync();
        return counters;
    }
}
