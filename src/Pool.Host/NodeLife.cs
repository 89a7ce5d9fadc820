using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Errors;
using Pool.Actors.Sessions;
using Pool.Host.Admin;
using Pool.Host.Lifecycle;
using Pool.Wire.Statements;

namespace Pool.Host;

/// <summary>
/// Whether the node serves clients: it is up, drains while an operator wants that, and leaves once for all when the process ends.
/// Thread-safe.
/// </summary>
internal sealed class NodeLife(
    SessionServices sessions, IReadOnlyList<ListenerUnit> listeners, Readiness readiness, Drain drain, ILogger logger) : INodeLife
{
    private static readonly TimeSpan s_drainInterval = TimeSpan.FromMilliseconds(50);

    // Whoever asked for it gets an answer before the process ends.
    private static readonly TimeSpan s_farewell = TimeSpan.FromMilliseconds(200);
    private readonly Lock _changing = new();
    private ITimer? _leaving;
    private volatile MemberRole _role;

    /// <inheritdoc/>
    public MemberRole Role => _role;

    /// <inheritdoc/>
    public string Readiness => readiness.Describe();

    /// <summary>Called after each change of the role, one call after the other. Must not block or throw.</summary>
    public Action<MemberRole> RoleChanged { get; set; } = static _ => { };

    /// <summary>The deadline of a drain that ends the process.</summary>
    public TimeSpan DrainTimeout { get; set; }

    /// <inheritdoc/>
    public string? Drain()
    {
        lock (_changing)
        {
            if (_role == MemberRole.Up)
            {
                Close();
                _ = EndSessionsAsync(() => _role == MemberRole.Up);
            }

            return _role == MemberRole.Leaving ? "the node is leaving" : null;
        }
    }

    /// <inheritdoc/>
    public string? Resume()
    {
        lock (_changing)
        {
            if (_role != MemberRole.Draining || drain.State != DrainState.Running)
            {
                return _role == MemberRole.Up ? null : "the node is leaving";
            }

            try
            {
                foreach (var listener in listeners)
                {
                    listener.Start();
                }
            }
            catch (SocketException e)
            {
                listeners.ToList().ForEach(l => l.Stop());
                return $"a listener cannot listen again: {e.Message}";
            }

            sessions.Admission.Open();
            readiness.IsHeld = false;
            Enter(MemberRole.Up);
            NodeLog.Resumed(logger);
            return null;
        }
    }

    /// <inheritdoc/>
    public void Leave()
    {
        lock (_changing)
        {
            _leaving ??= sessions.Time.CreateTimer(_ => drain.Begin(DrainTimeout), null, s_farewell, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>
    /// Ends the sessions as they come to rest, and what is left when the drain is stopped. Completes when none is left to wait for; the
    /// node only leaves after that.
    /// </summary>
    public async Task LeaveAsync()
    {
        lock (_changing)
        {
            if (_role == MemberRole.Up)
            {
                Close();
            }
        }

        await EndSessionsAsync(() => drain.Stopped.IsCancellationRequested);
        lock (_changing)
        {
            Enter(MemberRole.Leaving);
        }

        foreach (var session in sessions.Sessions.All())
        {
            _ = session.KillAsync(KillScope.Connection);
        }
    }

    private void Close()
    {
        NodeLog.Draining(logger, sessions.Sessions.Count);
        readiness.IsHeld = true;
        sessions.Admission.Close();
        foreach (var listener in listeners)
        {
            listener.Stop();
        }

        Enter(MemberRole.Draining);
    }

    private async Task EndSessionsAsync(Func<bool> isOver)
    {
        while (sessions.Sessions.Count > 0 && !isOver())
        {
            foreach (var session in sessions.Sessions.All())
            {
                session.Drain(PoolError.ShuttingDown);
            }

            await Task.Delay(s_drainInterval, sessions.Time, CancellationToken.None);
        }
    }

    private void Enter(MemberRole role)
    {
        _role = role;
        RoleChanged(role);
    }
}
