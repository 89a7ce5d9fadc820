using System.Globalization;
using System.Text;
using Pool.Actors.Telemetry;

namespace Pool.Host.Admin;

/// <summary>
/// Writes the Prometheus text format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format). Samples of one metric may come from
/// several sources in any order: the format wants them together, so they are put together. Not thread-safe; one per page.
/// </summary>
public sealed class PrometheusWriter
{
    /// <summary>The content type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly OrderedDictionary<string, StringBuilder> _families = new(StringComparer.Ordinal);

    /// <summary>A number that only grows; its name ends in _total.</summary>
    public void Counter(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Sample(Family(name, "counter", help), name, labels, value);

    /// <summary>One counter for each value of the set's label.</summary>
    public void Counters(string name, string help, CounterSet counters, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var family = Family(name, "counter", help);
        foreach (var (value, count) in counters.Values.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            Sample(family, name, [.. labels, (counters.Label, value)], count);
        }
    }

    /// <summary>A number that goes up and down.</summary>
    public void Gauge(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Sample(Family(name, "gauge", help), name, labels, value);

    /// <summary>Durations by bucket; the name ends in _seconds.</summary>
    public void Histogram(string name, string help, Histogram histogram, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var family = Family(name, "histogram", help);
        long count = 0;
        for (var i = 0; i <= Actors.Telemetry.Histogram.BoundsSeconds.Length; i++)
        {
            count += histogram.CountOf(i);
            var bound = i < Actors.Telemetry.Histogram.BoundsSeconds.Length ? Actors.Telemetry.Histogram.BoundsSeconds[i] : double.PositiveInfinity;
            Sample(family, name + "_bucket", [.. labels, ("le", Number(bound))], count);
        }

        Sample(family, name + "_sum", labels, histogram.SumSeconds);
        Sample(family, name + "_count", labels, count);
    }

    /// <summary>The page so far.</summary>
    public override string ToString() => string.Concat(_families.Values);

    private StringBuilder Family(string name, string type, string help)
    {
        if (!_families.TryGetValue(name, out var family))
        {
            family = new StringBuilder($"# HELP {name} {Escape(help)}\n# TYPE {name} {type}\n");
            _families.Add(name, family);
        }

        return family;
    }

    private static void Sample(StringBuilder family, string name, ReadOnlySpan<(string Name, string Value)> labels, double value)
    {
        family.Append(name);
        var separator = '{';
        foreach (var (label, text) in labels)
        {
            family.Append(separator).Append(label).Append("=\"").Append(Escape(text).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            separator = ',';
        }

        family.Append(labels.IsEmpty ? " " : "} ").Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>What help texts and label values have in common; the latter escape quotes, too.</summary>
    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
