using Microsoft.Extensions.Logging;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;

namespace Pool.Actors.Pooling;

/// <summary>What the parts of one pool share. Thread-safe as each of its members is.</summary>
internal sealed class PoolState
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givingUp = new();
    private PoolOptions _options;
    private int _max;
    private int _mode;
    private int _generation;

    public PoolState(PoolOptions options, FingerprintTable fingerprints, TimeProvider time, PoolMetrics metrics, ILogger logger)
    {
        (_options, Fingerprints, Metrics, Logger) = (options, fingerprints, metrics, logger);
        options.Validate();
        Background = new BackgroundWork(exception => PoolLog.Unexpected(logger, exception, options.Name, "background work"));
        Clock = new PoolClock(time);
        Line = new WaiterLine(() => Options.MaxWaiters, fingerprints, time, metrics);
        Slots = new SlotTable(Math.Max(4096, options.MaxConnections));
        Admission = new AdmissionCounter(0);
        Max = options.MaxConnections;
        Quotas = new UserQuotas(Line, () => Options.MaxWaiters);
        Quotas.SetCaps(options.UserCaps);
    }

    /// <summary>The limits; replaced as a whole.</summary>
    public PoolOptions Options
    {
        get => Volatile.Read(ref _options);
        set => Volatile.Write(ref _options, value);
    }

    public FingerprintTable Fingerprints { get; }

    public PoolMetrics Metrics { get; }

    public ILogger Logger { get; }

    public PoolClock Clock { get; }

    public SlotTable Slots { get; }

    public AdmissionCounter Admission { get; }

    public WaiterLine Line { get; }

    public UserQuotas Quotas { get; }

    public BackgroundWork Background { get; }

    /// <summary>The share, control connections included.</summary>
    public int Max
    {
        get => Volatile.Read(ref _max);
        set
        {
            var max = Math.Min(value, Slots.Capacity);
            Volatile.Write(ref _max, max);
            Admission.Limit = Math.Max(0, max - Options.ReservedConnections);
        }
    }

    /// <summary>What an operator lets the pool do. Setting it is a full fence: whoever joins the line meanwhile is seen afterwards.</summary>
    public PoolMode Mode
    {
        get => (PoolMode)Volatile.Read(ref _mode);
        set => Interlocked.Exchange(ref _mode, (int)value);
    }

    /// <summary>Connections of an earlier generation are not used any more.</summary>
    public int Generation => Volatile.Read(ref _generation);

    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>Cancelled when the pool is disposed.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Cancelled when a pool that stops waits no longer for the server.</summary>
    public CancellationToken GivingUp => _givingUp.Token;

    /// <summary>Takes a place of the share for a connection, and a slot, which is the answer; -1: there is none.</summary>
    public int TryReserve()
    {
        if (!Admission.TryEnter())
        {
            return -1;
        }

        var slot = Slots.TryReserve();
        if (slot < 0)
        {
            Admission.Leave();
        }

        return slot;
    }

    /// <summary>Gives back what was reserved for a connection that never opened.</summary>
    public void Release(int slot)
    {
        Slots.Free(slot, SlotState.Connecting);
        Admission.Leave();
    }

    public int NextGeneration() => Interlocked.Increment(ref _generation);

    public void Stop() => _stopping.Cancel();

    public void GiveUp() => _givingUp.Cancel();
}
