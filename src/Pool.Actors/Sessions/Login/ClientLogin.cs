using System.Text;
using Pool.Actors.Errors;
using Pool.Actors.Runtime;
using Pool.Wire;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Actors.Sessions.Login;

/// <summary>
/// Lets one client in: greeting, TLS, authentication. Used once and dropped. Nothing is thrown for what a client does.
/// When the deadline passes, the client is told and cut off.
/// </summary>
/// <param name="context">The listener's.</param>
/// <param name="transport">The client's stream; a failed login closes it.</param>
/// <param name="session">The id that the client is told.</param>
/// <param name="greeted">The salt that the client was greeted with, if it was already.</param>
public sealed class ClientLogin(LoginContext context, Transport transport, SessionId session, Salt? greeted = null)
{
    private readonly Salt _salt = greeted ?? Salt.Draw();

    private Capabilities Offered =>
        context.Tls is null ? context.Offered & ~Capabilities.Ssl : context.Offered | Capabilities.Ssl;

    /// <summary>Greets a client that has just connected, and goes on until it may get its OK packet, or has been refused.</summary>
    public async ValueTask<LoginResult> RunAsync(CancellationToken deadline)
    {
        using var channel = new PacketChannel(transport);
        var exchange = new LoginExchange(channel, LoginFailure.ProbeLeft, deadline);
        if (!await exchange.SendAsync(GreetingPayload()) || await ReadRequestAsync(exchange) is not { } request)
        {
            return new LoginResult(exchange.Failure, null, null);
        }

        return await AuthenticateAsync(exchange, request);
    }

    /// <summary>
    /// Serves COM_CHANGE_USER: the same authentication, always by a switch, with the greeting's salt as servers do: libmariadb takes that one
    /// whatever it is told. A client that is refused is disconnected, as MySQL does.
    /// </summary>
    /// <param name="command">The command's payload.</param>
    /// <param name="effective">The session's capabilities.</param>
    /// <param name="sequence">The number after the command packet's.</param>
    /// <param name="received">Bytes that were received behind the command.</param>
    /// <param name="deadline">When to give up.</param>
    public async ValueTask<LoginResult> ReauthenticateAsync(
        ReadOnlyMemory<byte> command, Capabilities effective, byte sequence, ReadOnlyMemory<byte> received, CancellationToken deadline)
    {
        using var channel = new PacketChannel(transport, received.Span) { Sequence = sequence };
        var exchange = new LoginExchange(channel, LoginFailure.ClientLeft, deadline);
        var fault = LoginRequest.TryReadChangeUser(command.Span, effective, out var request);
        if (request is null)
        {
            await exchange.RefuseAsync(fault);
            return new LoginResult(exchange.Failure, null, null);
        }

        return await AuthenticateAsync(exchange, request);
    }

    private async ValueTask<LoginRequest?> ReadRequestAsync(LoginExchange exchange)
    {
        if (await exchange.ReadAsync() is not { } payload)
        {
            return null;
        }

        var fault = SslRequest.TryRead(payload.Span, out var head);
        if (fault == WireFault.None && (head.ClientFlags & Offered).HasFlag(Capabilities.Ssl) && !exchange.Channel.Transport.IsEncrypted)
        {
            if (payload.Length != SslRequest.Length)
            {
                // It says that TLS comes next, and sends its user name in clear.
                await exchange.RefuseAsync(WireFault.Malformed);
                return null;
            }

            if (!await UpgradeAsync(exchange) || await exchange.ReadAsync() is not { } inner)
            {
                return null;
            }

            payload = inner;
        }

        if (SslRequest.TryRead(payload.Span, out head) == WireFault.None && (head.ClientFlags & ~Offered).HasFlag(Capabilities.Compress))
        {
            // PHP's driver takes no notice of what is offered: all that it sends from now on would be compressed.
            await exchange.RefuseAsync(LoginFailure.ProtocolUnsupported, PoolError.CompressionUnsupported);
            return null;
        }

        fault = LoginRequest.TryRead(payload.Span, Offered, out var request);
        if (request is null)
        {
            await exchange.RefuseAsync(fault);
        }

        return request;
    }

    private async ValueTask<bool> UpgradeAsync(LoginExchange exchange)
    {
        var channel = exchange.Channel;
        var received = channel.TakeLeftover();

        // A handshake that waits for the client ends with its stream alone.
        using var expiry = exchange.Deadline.UnsafeRegister(static transport => ((Transport)transport!).Abort(), channel.Transport);
        if (await context.Tls!.UpgradeServerAsync(channel.Transport, received, exchange.Deadline) is { } encrypted)
        {
            channel.Transport = encrypted;
            return true;
        }

        exchange.Fail(exchange.Deadline.IsCancellationRequested ? LoginFailure.TimedOut : LoginFailure.TlsFailed);
        return false;
    }

    private async ValueTask<LoginResult> AuthenticateAsync(LoginExchange exchange, LoginRequest request)
    {
        var wait = context.Throttle.Enter(request.User, exchange.Address);
        if (wait > TimeSpan.Zero && !await exchange.DelayAsync(wait, context.Time))
        {
            return new LoginResult(exchange.Failure, request.User, null);
        }

        var isKnown = context.Users.TryFind(request.User, out var user);
        var authenticator = new Authenticator(exchange, context, _salt.ToArray());
        var isRight = await authenticator.AuthenticateAsync(request, user);
        if (exchange.Failure == LoginFailure.None && isKnown && isRight)
        {
            context.Throttle.Succeeded(request.User, exchange.Address);
            return new LoginResult(LoginFailure.None, request.User, Client(exchange, request));
        }

        // Who leaves, or waits, when it sees that its guess was wrong has made a guess all the same.
        if (authenticator.SawPassword || exchange.Failure == LoginFailure.None)
        {
            context.Throttle.Failed(request.User, exchange.Address);
        }

        if (exchange.Failure == LoginFailure.None)
        {
            var usingPassword = authenticator.SawPassword ? "YES" : "NO";
            await exchange.RefuseAsync(LoginFailure.AccessDenied, PoolError.AccessDenied, request.User, exchange.Address, usingPassword);
        }

        return new LoginResult(exchange.Failure, request.User, null);
    }

    private LoggedInClient Client(LoginExchange exchange, LoginRequest request) => new()
    {
        User = request.User,
        Address = exchange.Address,
        Database = request.Database,
        CollationId = request.CollationId,
        Effective = request.Effective,
        Attributes = request.Attributes,
        WasLoggedIn = greeted is not null,
        Salt = _salt,
        Transport = exchange.Channel.Transport,
        NextSequence = exchange.Channel.Sequence,
        Leftover = exchange.Channel.TakeLeftover(),
    };

    private byte[] GreetingPayload()
    {
        var greeting = new ServerGreeting
        {
            ServerVersion = Encoding.ASCII.GetBytes(context.ServerVersion),
            ThreadId = session.Value,
            Salt = _salt,
            Capabilities = Offered,
            CollationId = context.CollationId,
            Status = ServerStatus.Autocommit,
            PluginName = context.DefaultMethod.WireName(),
        };
        var payload = new byte[greeting.MaxLength];
        var writer = new WireWriter(payload);
        greeting.Write(ref writer);
        return writer.Written.ToArray();
    }
}
