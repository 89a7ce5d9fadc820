namespace Pool.Host.Admin;

/// <summary>The page that Prometheus reads. Thread-safe.</summary>
public sealed class MetricsPage(IEnumerable<IMetricSource> sources)
{
    private readonly IMetricSource[] _sources = [.. sources];

    /// <summary>The page as of now.</summary>
    public string Render()
    {
        var page = new PrometheusWriter();
        foreach (var source in _sources)
        {
            source.Write(page);
        }

        return page.ToString();
    }
}
