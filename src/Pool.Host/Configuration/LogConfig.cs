using Microsoft.Extensions.Logging;

namespace Pool.Host.Configuration;

/// <summary>What the process says about itself, on standard output.</summary>
public sealed record LogConfig
{
    /// <summary>The least important level that is written. Information says what changed, not what every client does.</summary>
    [Reloadable]
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>One JSON object a line, for collectors, or text for people.</summary>
    public LogFormat Format { get; init; } = LogFormat.Json;
}

/// <summary>How log lines look.</summary>
public enum LogFormat
{
    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>One line of text.</summary>
    Text,
}
