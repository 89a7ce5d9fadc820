using System.ComponentModel.DataAnnotations;

namespace Pool.Host.Configuration;

/// <summary>How the process ends.</summary>
public sealed record ShutdownConfig
{
    /// <summary>Time from SIGTERM until what is still open is cut off. The default is what Kubernetes grants.</summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
