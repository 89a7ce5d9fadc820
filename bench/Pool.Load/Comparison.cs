using System.Globalization;
using System.Text;

namespace Pool.Load;

/// <summary>
/// Runs of several programs, in rounds, as a table. Every figure is first divided by the yardstick's of the same round, since
/// the machine's mood changes more between rounds than within one; then the median and the quartiles of those ratios are shown.
/// </summary>
internal static class Comparison
{
    private static readonly string[] s_yardsticks = ["relay", "haproxy"];

    /// <summary>
    /// The runs of each label come in the order of the rounds. A label is "program" or "program+variant"; the yardstick of a
    /// mode is the run labelled with its bare name in that mode.
    /// </summary>
    public static string Table(IEnumerable<LoadReport> reports)
    {
        var text = new StringBuilder();
        foreach (var mode in reports.GroupBy(r => r.Mode))
        {
            var programs = mode.GroupBy(r => r.Label).ToDictionary(g => g.Key, g => g.ToArray());
            text.AppendLine(CultureInfo.InvariantCulture, $"{mode.Key}: {programs.Values.Max(p => p.Length)} rounds; medians, ratios as median [quartiles]");
            text.AppendLine(Row("program", "qps", "p50 us", "p99 us", "CPU us/q", "alloc B/q", "RSS MB", "errors", "CPU / relay", "CPU / haproxy", "qps / relay", "p99 / relay"));
            foreach (var (label, runs) in programs)
            {
                text.AppendLine(Row(
                    label,
                    Number(runs, r => r.Qps, "0"),
                    Number(runs, r => r.P50Us, "0"),
                    Number(runs, r => r.P99Us, "0"),
                    Number(runs, r => r.CpuUsPerQuery, "0.0"),
                    Number(runs, r => r.AllocatedPerQuery, "0.0"),
                    Number(runs, r => r.RssKb / 1024.0, "0"),
                    runs.Sum(r => r.Errors).ToString(CultureInfo.InvariantCulture),
                    Ratio(runs, programs.GetValueOrDefault(s_yardsticks[0]), r => r.CpuUsPerQuery),
                    Ratio(runs, programs.GetValueOrDefault(s_yardsticks[1]), r => r.CpuUsPerQuery),
                    Ratio(runs, programs.GetValueOrDefault(s_yardsticks[0]), r => r.Qps),
                    Ratio(runs, programs.GetValueOrDefault(s_yardsticks[0]), r => r.P99Us)));
            }

            text.AppendLine();
        }

        return text.ToString();
    }

    private static string Number(LoadReport[] runs, Func<LoadReport, double?> figure, string format)
    {
        var values = runs.Select(figure).OfType<double>().Order().ToArray();
        return values.Length == 0 ? "-" : Quantile(values, 0.5).ToString(format, CultureInfo.InvariantCulture);
    }

    private static string Ratio(LoadReport[] runs, LoadReport[]? yardstick, Func<LoadReport, double?> figure)
    {
        var ratios = runs.Zip(yardstick ?? [], (run, other) => figure(run) / figure(other)).OfType<double>().Order().ToArray();
        return ratios.Length == 0 ? "-" : FormattableString.Invariant(
            $"{Quantile(ratios, 0.5):0.00} [{Quantile(ratios, 0.25):0.00}-{Quantile(ratios, 0.75):0.00}]");
    }

    private static double Quantile(double[] sorted, double fraction)
    {
        var position = fraction * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    private static string Row(params string[] cells) =>
        cells[0].PadRight(20) + string.Concat(cells[1..8].Select(c => c.PadLeft(10))) + string.Concat(cells[8..].Select(c => c.PadLeft(19)));
}
