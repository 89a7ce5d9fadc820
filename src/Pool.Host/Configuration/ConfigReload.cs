using Microsoft.Extensions.Logging;

namespace Pool.Host.Configuration;

/// <summary>
/// The configuration in use, and how a new one takes its place: what can change while the process runs changes, the rest is
/// logged as waiting for a restart. A new one with problems changes nothing. Thread-safe; reloads happen one after the other.
/// </summary>
public sealed partial class ConfigReload
{
    private readonly Lock _reloading = new();
    private readonly Func<ConfigLoad> _load;
    private readonly ILogger _logger;
    private readonly List<(string Subject, Func<PoolConfig, string?> Apply)> _appliers = [];
    private volatile PoolConfig _current;

    /// <summary>Starts from the configuration that the process started with.</summary>
    /// <param name="started">A valid configuration.</param>
    /// <param name="load">Loads the configuration anew from the same sources.</param>
    /// <param name="logger">Is told what changed.</param>
    public ConfigReload(PoolConfig started, Func<ConfigLoad> load, ILogger logger) =>
        (_current, _load, _logger) = (started, load, logger);

    /// <summary>The configuration in use.</summary>
    public PoolConfig Current => _current;

    /// <summary>
    /// Adds what a reload calls. It gets the configuration to use, compares it with what it has, and reads again what the
    /// configuration points to (certificates, passwords), which may have changed although no option has. It answers null, or
    /// what went wrong, in which case it goes on with what it had; the others are called nevertheless.
    /// </summary>
    /// <param name="subject">What it is about, for the log.</param>
    /// <param name="apply">Is called by one thread at a time and must not throw.</param>
    public void OnReload(string subject, Func<PoolConfig, string?> apply)
    {
        lock (_reloading)
        {
            _appliers.Add((subject, apply));
        }
    }

    /// <summary>Loads and applies. False if the new configuration was refused, or something threw; the log says why. Never throws.</summary>
    public bool Reload()
    {
        lock (_reloading)
        {
            try
            {
                return TryReload();
            }
            catch (Exception exception)
            {
                LogUnexpected(exception);
                return false;
            }
        }
    }

    private bool TryReload()
    {
        var loaded = _load();
        if (loaded.Config is null)
        {
            LogRefused(Lines(loaded.Problems));
            return false;
        }

        // What stays may not go together with what changes: a new route to a backend that is only there after a restart, or a backend that
        // is there until then without its account.
        var difference = ConfigDifference.Between(_current, loaded.Config);
        if (ConfigChecks.Problems(difference.Effective).ToList() is { Count: > 0 } problems)
        {
            LogNeedsRestartAsAWhole(Lines(problems));
            return false;
        }

        Apply(difference);
        return true;
    }

    private static string Lines(IEnumerable<ConfigProblem> problems) => string.Join(Environment.NewLine, problems);

    private void Apply(ConfigDifference difference)
    {
        foreach (var change in difference.Changes)
        {
            if (change.IsReloadable)
            {
                LogChanged(change);
            }
            else
            {
                LogNeedsRestart(change);
            }
        }

        _current = difference.Effective;
        foreach (var (subject, apply) in _appliers)
        {
            if (apply(difference.Effective) is { } problem)
            {
                LogNotApplied(subject, problem);
            }
        }

        LogReloaded(difference.Changes.Count(c => c.IsReloadable), difference.Changes.Count(c => !c.IsReloadable));
    }

    [LoggerMessage(4001, LogLevel.Error, "The new configuration was refused, nothing has changed: {Problems}")]
    private partial void LogRefused(string problems);

    [LoggerMessage(4006, LogLevel.Error,
        "The new configuration was refused, nothing has changed: it takes a restart, for it does not go together with what stays until then: {Problems}")]
    private partial void LogNeedsRestartAsAWhole(string problems);

    [LoggerMessage(4007, LogLevel.Error, "A reload failed; this is a bug")]
    private partial void LogUnexpected(Exception exception);

    [LoggerMessage(4002, LogLevel.Information, "Option changed: {Change}")]
    private partial void LogChanged(ConfigChange change);

    [LoggerMessage(4003, LogLevel.Warning, "Option changed in the configuration, takes effect after a restart: {Change}")]
    private partial void LogNeedsRestart(ConfigChange change);

    [LoggerMessage(4004, LogLevel.Error, "Reload: {Subject} stays as it was: {Problem}")]
    private partial void LogNotApplied(string subject, string problem);

    [LoggerMessage(4005, LogLevel.Information, "Configuration reloaded: {Applied} changed, {Waiting} wait for a restart")]
    private partial void LogReloaded(int applied, int waiting);
}
