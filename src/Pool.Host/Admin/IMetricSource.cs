namespace Pool.Host.Admin;

/// <summary>Something that has numbers to show.</summary>
public interface IMetricSource
{
    /// <summary>Writes them as they are now. Called by any thread, at any time, several at once; must not block.</summary>
    void Write(PrometheusWriter page);
}
