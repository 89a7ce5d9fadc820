using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pool.Load;

/// <summary>
/// Runs of several programs, in rounds, as a table. Every figure is first divided by the yardstick's of the same round, since
/// the machine's mood changes more between rounds than within one; then the median of those ratios is shown, with its 95 %
/// confidence interval.
/// </summary>
/// <param name="yardsticks">Labels to compare with. All figures are divided by the first one's, CPU time by every one's.</param>
internal sealed class Comparison(IReadOnlyList<string> yardsticks)
{
    private static readonly Regex s_digits = new(@"(?<=\D)\d+", RegexOptions.None, TimeSpan.FromSeconds(1));

    private static readonly (string Title, Func<LoadReport, double?> Figure, string Format)[] s_figures =
    [
        ("qps", r => r.Qps, "0"),
        ("p50 us", r => r.P50Us, "0"),
        ("p99 us", r => r.P99Us, "0"),
        ("CPU us/q", r => r.CpuUsPerQuery, "0.0"),
        ("db us/q", r => r.DatabaseCpuUsPerQuery, "0.0"),
        ("alloc B/q", r => r.AllocatedPerQuery, "0.0"),
        ("RSS MB", r => r.RssKb / 1024.0, "0"),
    ];

    /// <summary>
    /// A table for each mode. The runs of each label come in the order of the rounds. A label is "program" or
    /// "program+variant"; the yardstick of a mode is the run labelled with its bare name in that mode.
    /// </summary>
    public string Table(IEnumerable<LoadReport> reports)
    {
        var text = new StringBuilder();
        foreach (var mode in reports.GroupBy(r => r.Mode))
        {
            var programs = mode.GroupBy(r => r.Label).ToDictionary(g => g.Key, g => g.ToArray());
            var counters = mode.SelectMany(r => r.PerThousand?.Keys ?? []).Distinct().ToArray();
            var ratios = Ratios(programs).ToArray();
            text.AppendLine(CultureInfo.InvariantCulture, $"{mode.Key}: {programs.Values.Max(p => p.Length)} rounds; medians, ratios as median [95 % interval]");
            text.AppendLine(Row("program", [.. s_figures.Select(f => f.Title), "clients", "errors", .. counters.Select(c => c + "/k")], ratios.Select(r => r.Title)));
            foreach (var (label, runs) in programs)
            {
                text.AppendLine(Row(
                    label,
                    [
                        .. s_figures.Select(f => Number(runs, f.Figure, f.Format)),
                        runs[0].Connections.ToString(CultureInfo.InvariantCulture),
                        Number(runs, r => r.Errors, "0"),
                        .. counters.Select(c => Number(runs, r => r.PerThousand?.TryGetValue(c, out var n) == true ? n : null, "0.00")),
                    ],
                    ratios.Select(r => Ratio(runs, r.Yardstick, r.Figure))));
            }

            text.AppendLine();
        }

        return text.ToString();
    }

    /// <summary>The errors that clients met, a line for each text, with the numbers in it left out; empty if there were none.</summary>
    public static string Errors(IEnumerable<LoadReport> reports) => string.Concat(reports
        .SelectMany(r => (r.ErrorTexts ?? new Dictionary<string, int>()).Select(e => (Where: $"{r.Label} {r.Mode}", Text: s_digits.Replace(e.Key, "#"), e.Value)))
        .GroupBy(e => (e.Where, e.Text))
        .Select(g => $"{g.Key.Where}: {g.Sum(e => e.Value)} clients ended with {g.Key.Text}\n"));

    private IEnumerable<(string Title, LoadReport[] Yardstick, Func<LoadReport, double?> Figure)> Ratios(Dictionary<string, LoadReport[]> programs)
    {
        var present = yardsticks.Where(programs.ContainsKey).ToArray();
        foreach (var yardstick in present.Where(y => programs[y].Any(r => r.CpuUsPerQuery is not null)))
        {
            yield return ($"CPU / {yardstick}", programs[yardstick], r => r.CpuUsPerQuery);
        }

        if (present.Length > 0)
        {
            if (programs[present[0]].Any(r => r.ServingCpuUsPerQuery is not null))
            {
                yield return ($"CPU+db / {present[0]}", programs[present[0]], r => r.ServingCpuUsPerQuery);
            }

            yield return ($"qps / {present[0]}", programs[present[0]], r => r.Qps);
            yield return ($"p50 / {present[0]}", programs[present[0]], r => r.P50Us);
            yield return ($"p99 / {present[0]}", programs[present[0]], r => r.P99Us);
        }
    }

    private static string Number(LoadReport[] runs, Func<LoadReport, double?> figure, string format)
    {
        var values = runs.Select(figure).OfType<double>().Order().ToArray();
        return values.Length == 0 ? "-" : Median(values).ToString(format, CultureInfo.InvariantCulture);
    }

    private static string Ratio(LoadReport[] runs, LoadReport[] yardstick, Func<LoadReport, double?> figure)
    {
        var ratios = runs.Zip(yardstick, (run, other) => figure(run) / figure(other)).OfType<double>().Order().ToArray();
        if (ratios.Length == 0)
        {
            return "-";
        }

        var (low, high) = Interval(ratios);
        return FormattableString.Invariant($"{Median(ratios):0.000} [{low:0.000}-{high:0.000}]");
    }

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    // From one value to its mirror image, as narrow as lets the median be between them with 95 %: it is outside when at most
    // that many of n fair coins show heads. Fewer than six values do not suffice; then all of them are shown.
    private static (double Low, double High) Interval(double[] sorted)
    {
        var outside = 0;
        var probability = Math.Pow(0.5, sorted.Length);
        var tail = probability;
        while (tail <= 0.025 && outside < sorted.Length / 2)
        {
            outside++;
            probability *= (double)(sorted.Length - outside + 1) / outside;
            tail += probability;
        }

        var rank = Math.Max(0, outside - 1);
        return (sorted[rank], sorted[^(rank + 1)]);
    }

    private static string Row(string label, IEnumerable<string> narrow, IEnumerable<string> wide) =>
        label.PadRight(20) + string.Concat(narrow.Select(c => c.PadLeft(12))) + string.Concat(wide.Select(c => c.PadLeft(22)));
}
