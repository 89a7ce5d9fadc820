using System.Runtime.InteropServices;

namespace Pool.Host.Lifecycle;

/// <summary>
/// What the process does when it gets a signal: SIGTERM and SIGINT drain, asked again they stop at once; SIGHUP reloads. In
/// effect until disposed.
/// </summary>
public sealed class Signals : IDisposable
{
    private readonly Drain _drain;
    private readonly Func<TimeSpan> _drainTimeout;
    private readonly Action _reload;
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Takes over the signals.</summary>
    /// <param name="drain">What SIGTERM and SIGINT move.</param>
    /// <param name="drainTimeout">The deadline, asked for when draining begins.</param>
    /// <param name="reload">What SIGHUP does; called on a thread-pool thread, must not throw.</param>
    public Signals(Drain drain, Func<TimeSpan> drainTimeout, Action reload)
    {
        (_drain, _drainTimeout, _reload) = (drain, drainTimeout, reload);
        _registrations = [TakeOver(PosixSignal.SIGTERM), TakeOver(PosixSignal.SIGINT), TakeOver(PosixSignal.SIGHUP)];
    }

    /// <summary>Does what the signal asks for.</summary>
    public void Handle(PosixSignal signal)
    {
        if (signal == PosixSignal.SIGHUP)
        {
            _reload();
        }
        else if (!_drain.Begin(_drainTimeout()))
        {
            _drain.Stop();
        }
    }

    private PosixSignalRegistration TakeOver(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Handle(context.Signal);
    });

    /// <summary>Gives the signals back to the runtime.</summary>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }
}
