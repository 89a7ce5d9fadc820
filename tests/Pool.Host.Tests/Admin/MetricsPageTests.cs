using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;
using Pool.Host.Admin;
using Pool.Testing;

namespace Pool.Host.Tests.Admin;

public sealed class MetricsPageTests
{
    private readonly NodeStub _node = new();

    [Fact]
    public void Every_counter_of_the_sessions_and_the_pool_is_on_the_page()
    {
        var expected = 1000L;
        var values = new List<string>();
        foreach (var counters in new object[] { _node.SessionMetrics, _node.PoolMetrics })
        {
            foreach (var property in counters.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                expected++;
                switch (property.GetValue(counters))
                {
                    case Counter counter:
                        counter.Add(expected);
                        break;
                    case CounterSet set:
                        set["x"].Add(expected);
                        break;
                    case Histogram histogram:
                        histogram.Record(TimeSpan.FromSeconds(expected));
                        break;
                }

                values.Add($" {expected}\n");
            }
        }

        var page = _node.Page().Render();
        Assert.All(values, value => Assert.Contains(value, page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_snapshot_is_on_the_page()
    {
        var lines = _node.Page().Render().Split('\n');
        Assert.Contains("pool_sessions 7", lines);
        Assert.Contains("pool_pinned{backend=\"main\",reason=\"transaction\"} 2", lines);
        Assert.Contains("pool_connections{backend=\"main\",state=\"idle\"} 1", lines);
        Assert.Contains("pool_connections{backend=\"main\",state=\"leased\"} 2", lines);
        Assert.Contains("pool_connections{backend=\"main\",state=\"connecting\"} 3", lines);
        Assert.Contains("pool_connections{backend=\"main\",state=\"closing\"} 4", lines);
        Assert.Contains("pool_connections{backend=\"main\",state=\"control\"} 5", lines);
        Assert.Contains("pool_connections_max{backend=\"main\"} 64", lines);
        Assert.Contains("pool_waiting{backend=\"main\"} 6", lines);
        Assert.Contains("pool_longest_wait_seconds{backend=\"main\"} 1.5", lines);
    }

    [Fact]
    public async Task Users_that_have_a_cap_are_on_the_page_and_no_others()
    {
        var connectionClass = new ConnectionClass("main", FoundRows: false, LocalFiles: false);
        var (fingerprints, metrics) = (new FingerprintTable(), new PoolMetrics());
        var options = new PoolOptions
        {
            Name = "db", DefaultClass = connectionClass, UserCaps = new Dictionary<string, int> { ["app"] = 3, ["free"] = 0 },
        };
        await using var pool = new BackendPool(
            options, new FakeConnector(fingerprints), fingerprints, new ManualTime(), new Random(1), metrics, NullLogger.Instance);
        var needed = fingerprints.Acquire(connectionClass, FakeVariables.In(null));
        var lease = await pool.LeaseAsync(new Waiter("app", pool.QuotaOf("app")), needed);

        var page = new PrometheusWriter();
        new PoolMetricSource("db", metrics, pool.Snapshot, () => pool.UserQuotas).Write(page);
        var lines = page.ToString().Split('\n');
        Assert.Contains("pool_user_connections{backend=\"db\",user=\"app\"} 1", lines);
        Assert.Contains("pool_user_connections_max{backend=\"db\",user=\"app\"} 3", lines);
        Assert.Contains("pool_user_connections_cap{backend=\"db\",user=\"app\"} 3", lines);
        Assert.Contains("pool_user_waiting{backend=\"db\",user=\"app\"} 0", lines);
        Assert.DoesNotContain(lines, l => l.Contains("free", StringComparison.Ordinal));
        pool.Return(lease.Connection!);
    }

    [Theory]
    [InlineData("process_cpu_seconds_total")]
    [InlineData("process_resident_memory_bytes")]
    [InlineData("process_start_time_seconds")]
    [InlineData("process_threads")]
    [InlineData("dotnet_gc_allocated_bytes_total")]
    [InlineData("dotnet_threadpool_threads")]
    public void The_process_tells_about_itself(string name)
    {
        var line = Assert.Single(_node.Page().Render().Split('\n'), line => line.StartsWith(name + " ", StringComparison.Ordinal));
        Assert.True(double.Parse(line[name.Length..]) >= 0, line);
    }

    [Fact]
    public void Collections_are_counted_for_their_own_generation_only()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        var counted = _node.Page().Render().Split('\n')
            .Where(line => line.StartsWith("dotnet_gc_collections_total{", StringComparison.Ordinal))
            .Sum(line => long.Parse(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
        Assert.InRange(counted, 1, GC.CollectionCount(0));
    }

    [Fact]
    public void Each_family_is_declared_once()
    {
        var names = _node.Page().Render().Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).ToList();
        Assert.Equal(names.Distinct(), names);
    }
}
