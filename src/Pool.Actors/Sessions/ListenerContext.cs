using Pool.Actors.Backends;
using Pool.Actors.Sessions.Login;

namespace Pool.Actors.Sessions;

/// <summary>What all sessions that come in through one listener have in common.</summary>
public sealed class ListenerContext
{
    private LoginContext? _login;
    private int _handshakes;
    private int _sessions;

    /// <summary>The listener's name.</summary>
    public required string Name { get; init; }

    /// <summary>The backend whose flavour and version it greets with.</summary>
    public required Backend Backend { get; init; }

    /// <summary>Sessions at once that came by it.</summary>
    public int MaxSessions { get; set; }

    /// <summary>Clients at once that have not logged in yet: what a flood of half-open connections can hold.</summary>
    public int MaxHandshakes { get; set; }

    /// <summary>How long a login may take.</summary>
    public TimeSpan HandshakeTimeout { get; set; }

    /// <summary>How clients log in; null until the backend has been reached, since the greeting tells its version.</summary>
    public LoginContext? Login
    {
        get => Volatile.Read(ref _login);
        set => Volatile.Write(ref _login, value);
    }

    /// <summary>Clients that are logging in now.</summary>
    public int Handshakes => Volatile.Read(ref _handshakes);

    /// <summary>True if a session more would be too many.</summary>
    internal bool IsFull => Volatile.Read(ref _sessions) >= MaxSessions;

    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _sessions) <= MaxSessions)
        {
            return true;
        }

        Leave();
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref _sessions);

    internal bool TryBeginHandshake()
    {
        if (Interlocked.Increment(ref _handshakes) <= MaxHandshakes)
        {
            return true;
        }

        EndHandshake();
        return false;
    }

    internal void EndHandshake() => Interlocked.Decrement(ref _handshakes);
}
