using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pool.Host.Tests.Lifecycle;

/// <summary>Remembers what was logged, as "Level: text". Thread-safe.</summary>
internal sealed class LogRecorder : ILogger
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
