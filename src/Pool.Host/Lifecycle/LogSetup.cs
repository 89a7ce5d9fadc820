using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Pool.Host.Configuration;

namespace Pool.Host.Lifecycle;

/// <summary>Where log lines go: to standard output, one line each. Thread-safe.</summary>
public sealed class LogSetup : IDisposable
{
    private volatile LogLevel _level;

    /// <summary>Makes the loggers' factory.</summary>
    public LogSetup(LogConfig config)
    {
        _level = config.Level;
        Factory = LoggerFactory.Create(builder =>
        {
            builder.SetMinimumLevel(LogLevel.Trace).AddFilter(level => level >= _level);

            if (config.Format == LogFormat.Json)
            {
                builder.AddJsonConsole(json => Stamp(json, separator: ""));
            }
            else
            {
                builder.AddSimpleConsole(text =>
                {
                    Stamp(text, separator: " ");
                    text.SingleLine = true;
                    text.ColorBehavior = LoggerColorBehavior.Disabled;
                });
            }

            // Lines are lost rather than I/O threads held up when nobody reads the output.
            builder.AddConsole(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        });
    }

    /// <summary>Makes loggers.</summary>
    public ILoggerFactory Factory { get; }

    /// <summary>Changes the least important level that is written, for all loggers at once.</summary>
    public void SetLevel(LogLevel level) => _level = level;

    /// <summary>Writes what is left and ends the output.</summary>
    public void Dispose() => Factory.Dispose();

    private static void Stamp(ConsoleFormatterOptions options, string separator)
    {
        options.UseUtcTimestamp = true;
        options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ" + separator;
    }
}
