using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>Keeps what is logged as a warning, and apart from that what is logged as a bug.</summary>
internal sealed class FaultLog : ILogger
{
    private readonly ConcurrentQueue<string> _faults = new();

    private readonly ConcurrentQueue<string> _warnings = new();

    public IEnumerable<string> Faults => _faults;

    public IEnumerable<string> Warnings => _warnings;

    /// <summary>Forgets the bugs, which the test has brought about.</summary>
    public void Forgive() => _faults.Clear();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel == LogLevel.Warning)
        {
            _warnings.Enqueue(formatter(state, exception));
        }
        else if (IsEnabled(logLevel))
        {
            _faults.Enqueue($"{formatter(state, exception)}: {exception}");
        }
    }
}
