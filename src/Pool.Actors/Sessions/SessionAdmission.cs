using System.Collections.Concurrent;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Runtime;
using Pool.Actors.Sessions.Login;
using Pool.Actors.Settings;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Actors.Sessions;

/// <summary>
/// The door: takes an accepted stream through its login, decides where its statements go, and starts its session. Thread-safe.
/// </summary>
public sealed class SessionAdmission
{
    private readonly SessionServices _services;
    private readonly ConcurrentDictionary<SessionOrigin, SessionOrigin> _origins = new();
    private readonly UserLimits _users = new();
    private RouteTable _routes;
    private IReadOnlyDictionary<string, UserRights> _rights;
    private bool _closed;

    /// <summary>Opens the door for these users and routes.</summary>
    public SessionAdmission(SessionServices services, RouteTable routes, IReadOnlyDictionary<string, UserRights> rights)
    {
        _services = services;
        _routes = routes;
        _rights = rights;
        services.Admission = this;
    }

    /// <summary>Replaces routes and rights; sessions that are in stay as they are.</summary>
    public void Reload(RouteTable routes, IReadOnlyDictionary<string, UserRights> rights)
    {
        Volatile.Write(ref _rights, rights);
        Volatile.Write(ref _routes, routes);
    }

    /// <summary>Lets nobody in any more.</summary>
    public void Close() => Volatile.Write(ref _closed, true);

    /// <summary>Lets clients in again.</summary>
    public void Open() => Volatile.Write(ref _closed, false);

    /// <summary>Serves a stream that has just been accepted. Completes when its session has begun or was refused. Never throws.</summary>
    public async Task AdmitAsync(Transport transport, ListenerContext listener)
    {
        _services.Metrics.Accepted.Increment();
        if (Volatile.Read(ref _closed))
        {
            await RefuseAsync(transport, PoolError.ShuttingDown);
        }
        else if (listener.Login is not { } login)
        {
            await RefuseAsync(transport, PoolError.BackendUnavailable, listener.Backend.Name, "it has not been reached yet");
        }
        else if (listener.IsFull || !listener.TryBeginHandshake())
        {
            await RefuseAsync(transport, PoolError.TooManyConnections);
        }
        else
        {
            try
            {
                await LogInAsync(transport, listener, login);
            }
            finally
            {
                listener.EndHandshake();
            }
        }
    }

    /// <summary>Serves COM_CHANGE_USER for a session that has let go of its connection; false if the session must end.</summary>
    internal async ValueTask<bool> ReadmitAsync(Session session, byte[] command, byte sequence, byte[] leftover)
    {
        var login = session.Listener.Login!;
        using var deadline = new CancellationTokenSource(session.Listener.HandshakeTimeout, _services.Time);
        var result = await new ClientLogin(login, session.Client, session.Id, session.LoginSalt)
            .ReauthenticateAsync(command, session.Capabilities, sequence, leftover, deadline.Token);
        if (result.Client is not { } client)
        {
            NoteFailure(session.Peer, result);
            return false;
        }

        _users.Leave(session.Origin.User);
        var place = await PlaceAsync(client, session.Listener);
        if (place is not { } found || found.Wanted == Fingerprint.None || !TryEnter(client.User))
        {
            _users.TryEnter(session.Origin.User, 0);
            place?.Origin.Backend.Fingerprints.LetGo(place.Value.Wanted);
            var error = place switch
            {
                null => PoolError.AccessDenied,
                { Wanted: var wanted } when wanted == Fingerprint.None => PoolError.TooManySettings,
                _ => PoolError.UserLimitReached,
            };
            await session.Client.SendAsync(Refusal(client, error));
            return false;
        }

        session.Move(found.Origin, found.Wanted);
        session.Inbox.Prime(client.Leftover.Span);
        return await CheckDatabaseAsync(session, client)
            && await session.Client.SendAsync(LocalReply.Ok(client.NextSequence, session.IdleStatus));
    }

    /// <summary>A session has ended.</summary>
    internal void Leave(Session session)
    {
        _services.Sessions.Remove(session);
        _users.Leave(session.Origin.User);
        session.Want(Fingerprint.None);
    }

    private async ValueTask LogInAsync(Transport transport, ListenerContext listener, LoginContext login)
    {
        var (id, peer) = (_services.Sessions.NextId(), transport.Peer);
        using var deadline = new CancellationTokenSource(listener.HandshakeTimeout, _services.Time);
        var result = await new ClientLogin(login, transport, id).RunAsync(deadline.Token);
        if (result.Client is not { } client)
        {
            NoteFailure(peer, result);
            return;
        }

        if (await PlaceAsync(client, listener) is not { } found)
        {
            await RefuseAsync(client, PoolError.AccessDenied);
            return;
        }

        if (found.Wanted == Fingerprint.None)
        {
            await RefuseAsync(client, PoolError.TooManySettings);
            return;
        }

        if (!TryEnter(client.User))
        {
            found.Origin.Backend.Fingerprints.LetGo(found.Wanted);
            await RefuseAsync(client, PoolError.UserLimitReached);
            return;
        }

        var session = new Session(_services, id, listener, found.Origin, client.Transport, client.Effective, found.Wanted) { LoginSalt = client.Salt };
        session.Inbox.Prime(client.Leftover.Span);
        if (!_services.Sessions.TryAdd(session))
        {
            _users.Leave(client.User);
            session.Want(Fingerprint.None);
            await RefuseAsync(client, PoolError.TooManyConnections);
            return;
        }

        // A drain that began meanwhile did not see it.
        if (Volatile.Read(ref _closed))
        {
            Leave(session);
            await RefuseAsync(client, PoolError.ShuttingDown);
            return;
        }

        if (await IsServedAsync(session, client))
        {
            _services.Metrics.LoggedIn.Increment();
            _ = session.ServeAsync();
        }
        else
        {
            Leave(session);
            client.Transport.Close();
        }
    }

    private async ValueTask<bool> IsServedAsync(Session session, LoggedInClient client)
    {
        try
        {
            return await CheckDatabaseAsync(session, client)
                && await client.Transport.SendAsync(LocalReply.Ok(client.NextSequence, session.IdleStatus));
        }
        catch (Exception e)
        {
            // Nobody knows where the connection is in its exchange, if there is one.
            SessionLog.Failed(_services.Logger, session.Id.Value, e);
            session.Discard("fault");
            return false;
        }
    }

    // Where the client's statements go; null if no route leads anywhere, no fingerprint if there is none left.
    private async ValueTask<(SessionOrigin Origin, Fingerprint Wanted)?> PlaceAsync(LoggedInClient client, ListenerContext listener)
    {
        var route = Volatile.Read(ref _routes).Find(listener.Name, client.User, client.Database);
        if (route is not null)
        {
            await route.Backend.CatchUpAsync();
        }

        if (route?.Backend.Facts is not { } facts || route.Backend.Fingerprints.Latest is not { } latest)
        {
            return null;
        }

        var connectionClass = new ConnectionClass(
            route.Account,
            client.Effective.HasFlag(Capabilities.FoundRows),
            client.Effective.HasFlag(Capabilities.LocalFiles),
            client.Effective.HasFlag(Capabilities.MariaDbExtendedMetadata));
        var canKill = Volatile.Read(ref _rights).TryGetValue(client.User, out var rights) && rights.CanKillOthers;
        var origin = new SessionOrigin(
            client.User, listener.Name, route.Backend, connectionClass, canKill, route.Backend.Pool.QuotaOf(client.User));
        var isKnown = client.Database is not null && route.Backend.IsKnownDatabase(route.Account, client.Database);
        var database = client.Database is null || isKnown ? client.Database : route.Backend.AnyKnownDatabase(route.Account);
        var wanted = route.Backend.Fingerprints.Acquire(connectionClass, LoginSettings.Of(client, database, facts, latest));
        return (_origins.GetOrAdd(origin, origin), wanted);
    }

    private bool TryEnter(string user) =>
        _users.TryEnter(user, Volatile.Read(ref _rights).TryGetValue(user, out var rights) ? rights.MaxSessions : 0);

    private static async ValueTask<bool> CheckDatabaseAsync(Session session, LoggedInClient client)
    {
        if (await LoginDatabase.CheckAsync(session, client) is not { } refusal)
        {
            return true;
        }

        session.Services.Metrics.LoginsFailed.Increment();
        await client.Transport.SendAsync(refusal);
        return false;
    }

    private ReadOnlyMemory<byte> Refusal(LoggedInClient client, PoolError error)
    {
        _services.Metrics.Errors[error.ToString()].Increment();
        _services.Metrics.LoginsFailed.Increment();
        return error switch
        {
            PoolError.AccessDenied => LocalReply.Error(client.NextSequence, error, client.User, client.Address, "YES"),
            PoolError.TooManySettings => LocalReply.Error(client.NextSequence, error, client.User, FingerprintTable.Capacity),
            _ => LocalReply.Error(client.NextSequence, error, client.User),
        };
    }

    private async ValueTask RefuseAsync(LoggedInClient client, PoolError error)
    {
        await client.Transport.SendAsync(Refusal(client, error));
        client.Transport.Close();
    }

    private void NoteFailure(string peer, LoginResult result)
    {
        if (result.Failure == LoginFailure.ProbeLeft)
        {
            _services.Metrics.Probes.Increment();
            return;
        }

        _services.Metrics.LoginsFailed.Increment();
        _services.Metrics.Errors[result.Failure.ToString()].Increment();
        SessionLog.LoginFailed(_services.Logger, peer, result.Failure, result.User);
    }

    private async ValueTask RefuseAsync(Transport transport, PoolError error, params object?[] arguments)
    {
        _services.Metrics.Errors[error.ToString()].Increment();
        await transport.SendAsync(LocalReply.Error(0, error, arguments));
        transport.Close();
    }
}
