using Pool.Actors.Telemetry;
using Pool.Host.Admin;

namespace Pool.Host.Tests.Admin;

public sealed class PrometheusWriterTests
{
    [Fact]
    public void The_page_is_as_the_format_asks()
    {
        var errors = new CounterSet("error");
        errors["b"].Add(2);
        errors["a"].Increment();
        var page = new PrometheusWriter();
        page.Counter("x_total", "Things.", 12345678901, ("backend", "one"));
        page.Gauge("y", "Others \\ and\nmore \"quoted\".", 0.5);
        page.Counters("z_total", "By error.", errors, ("backend", "one"));
        page.Counter("x_total", "Things.", 1, ("backend", "a\"b\\c\nd"));
        Assert.Equal(
            """
            # HELP x_total Things.
            # TYPE x_total counter
            x_total{backend="one"} 12345678901
            x_total{backend="a\"b\\c\nd"} 1
            # HELP y Others \\ and\nmore "quoted".
            # TYPE y gauge
            y 0.5
            # HELP z_total By error.
            # TYPE z_total counter
            z_total{backend="one",error="a"} 1
            z_total{backend="one",error="b"} 2

            """,
            page.ToString());
    }

    [Fact]
    public void Histogram_buckets_are_cumulative_and_end_at_infinity()
    {
        var histogram = new Histogram();
        histogram.Record(TimeSpan.FromMilliseconds(0.1));
        histogram.Record(TimeSpan.FromMilliseconds(3));
        histogram.Record(TimeSpan.FromSeconds(31));
        var page = new PrometheusWriter();
        page.Histogram("w_seconds", "Waits.", histogram, ("backend", "one"));
        var lines = page.ToString().Split('\n');
        Assert.Equal("# TYPE w_seconds histogram", lines[1]);
        Assert.Equal("w_seconds_bucket{backend=\"one\",le=\"0.0001\"} 1", lines[2]);
        Assert.Contains("w_seconds_bucket{backend=\"one\",le=\"0.0025\"} 1", lines);
        Assert.Contains("w_seconds_bucket{backend=\"one\",le=\"0.005\"} 2", lines);
        Assert.Contains("w_seconds_bucket{backend=\"one\",le=\"30\"} 2", lines);
        Assert.Equal(["w_seconds_bucket{backend=\"one\",le=\"+Inf\"} 3", "w_seconds_sum{backend=\"one\"} 31.0031", "w_seconds_count{backend=\"one\"} 3", ""], lines[^4..]);
    }

    [Fact]
    public void A_family_without_samples_still_says_that_it_exists()
    {
        var page = new PrometheusWriter();
        page.Counters("z_total", "By error.", new CounterSet("error"));
        Assert.Equal("# HELP z_total By error.\n# TYPE z_total counter\n", page.ToString());
    }
}
