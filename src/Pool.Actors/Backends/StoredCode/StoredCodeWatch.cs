using Microsoft.Extensions.Logging;
using Pool.Actors.Pooling;

namespace Pool.Actors.Backends.StoredCode;

/// <summary>
/// Keeps up with a server's stored code: looks at intervals, for what others change, and after every definition that passes through.
/// Between such a change by others and the next look the old is believed. Thread-safe.
/// </summary>
public sealed class StoredCodeWatch(string backend, StoredCodeReader reader, TimeProvider time, ILogger logger)
{
    private const int TrustedFailures = 3;

    // Looking may be slow with very many objects: it shall take no more than a fifth of the control connection's time.
    private const int RestFactor = 4;
    private static readonly TimeSpan s_lookPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_waitPatience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private StoredCodeCatalogue _current = StoredCodeCatalogue.Unknown;
    private long _defined = 1;
    private long _seen;
    private int _failures;

    /// <summary>What is known; nothing before the first look, and after some that failed.</summary>
    public StoredCodeCatalogue Current => Volatile.Read(ref _current);

    /// <summary>True before the first look, and from a definition that passed through until it was looked at: <see cref="RefreshAsync"/> first.</summary>
    public bool IsOutdated => Volatile.Read(ref _seen) != Volatile.Read(ref _defined);

    /// <summary>Takes note that a statement that may define something has run, before its client is told.</summary>
    public void NoteDefinition() => Interlocked.Increment(ref _defined);

    /// <summary>Looks at this interval until it is cancelled. Never throws.</summary>
    public async Task RunAsync(TimeSpan interval, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var start = time.GetTimestamp();
            try
            {
                await LookAsync(always: true, cancel);
            }
            catch (Exception exception) when (!cancel.IsCancellationRequested)
            {
                PoolLog.Unexpected(logger, exception, backend, "looking at stored code");
            }

            var rest = time.GetElapsedTime(start) * RestFactor;
            await Task.Delay(rest > interval ? rest : interval, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Looks if <see cref="Current"/> is outdated, and answers with what was defined before this call. Those who ask at once share a
    /// look; if it takes more than 5 seconds they get <see cref="StoredCodeCatalogue.Unknown"/>. Never throws for what a server does.
    /// </summary>
    public async ValueTask<StoredCodeCatalogue> RefreshAsync()
    {
        try
        {
            await LookAsync(always: false, CancellationToken.None).WaitAsync(s_waitPatience, time);
            return Current;
        }
        catch (TimeoutException)
        {
            return StoredCodeCatalogue.Unknown;
        }
    }

    private async Task LookAsync(bool always, CancellationToken cancel)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (always || IsOutdated)
            {
                using var deadline = new CancellationTokenSource(s_lookPatience, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);

                // What is defined from here on may be missed by this look.
                var defined = Volatile.Read(ref _defined);
                Conclude(await reader.ReadAsync(either.Token), trustsOld: Volatile.Read(ref _seen) == defined);
                Volatile.Write(ref _seen, defined);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Conclude(StoredCodeCatalogue? found, bool trustsOld)
    {
        _failures = found is null ? _failures + 1 : 0;
        if (_failures == 1)
        {
            StoredCodeLog.Unread(logger, backend);
        }

        if (found is not null || !trustsOld || _failures > TrustedFailures)
        {
            Volatile.Write(ref _current, found ?? StoredCodeCatalogue.Unknown);
        }
    }
}
