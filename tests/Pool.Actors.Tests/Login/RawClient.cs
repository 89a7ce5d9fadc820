using Pool.Actors.Runtime;
using Pool.Actors.Sessions.Login;
using Pool.Testing;
using Pool.Wire;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Login;

/// <summary>A client that a test drives packet by packet against a login.</summary>
internal sealed class RawClient : IDisposable
{
    public const Capabilities Flags =
        Capabilities.LongPassword | Capabilities.Protocol41 | Capabilities.SecureConnection | Capabilities.PluginAuth;

    private readonly CancellationTokenSource _deadline = new();

    public RawClient(LoginContext context, int? seed = null)
    {
        (Pipe, Far) = PipeTransport.CreatePair(seed);
        Channel = new PacketChannel(Pipe);
        Login = new ClientLogin(context, Far, LoginFixture.Session).RunAsync(_deadline.Token).AsTask();
    }

    public PipeTransport Pipe { get; }

    public PipeTransport Far { get; }

    public PacketChannel Channel { get; }

    public Task<LoginResult> Login { get; }

    public byte[] Salt { get; private set; } = [];

    public Task<LoginResult> ResultAsync() => Login.WaitAsync(LoginFixture.Patience);

    public void PassDeadline() => _deadline.Cancel();

    public async Task<byte[]> ReadAsync()
    {
        var read = await Channel.ReadAsync(1 << 20).AsTask().WaitAsync(LoginFixture.Patience);
        return read.Succeeded ? read.Payload.ToArray() : [];
    }

    public async Task<(ushort Code, string Text)> ReadErrorAsync()
    {
        var payload = await ReadAsync();
        Assert.Equal(ErrPacket.Header, payload.FirstOrDefault());
        ErrPacket.TryRead(payload, out var error);
        return (error.Code, System.Text.Encoding.UTF8.GetString(error.Message));
    }

    public async Task GreetAsync()
    {
        var payload = await ReadAsync();
        Assert.Equal(WireFault.None, ServerGreeting.TryRead(payload, out var greeting));
        Salt = greeting.Salt.ToArray();
    }

    public async Task SendAsync(params byte[] payload) => Assert.True(await Channel.WriteAsync(payload));

    public async Task RespondAsync(string user, AuthMethod method, byte[] response, Capabilities flags = Flags) =>
        await SendAsync(Response(user, method, response, flags));

    public static byte[] Response(string user, AuthMethod method, byte[] response, Capabilities flags)
    {
        var packet = new HandshakeResponse
        {
            Head = new SslRequest { ClientFlags = flags, CollationId = 45 },
            Effective = flags,
            User = System.Text.Encoding.UTF8.GetBytes(user),
            AuthResponse = response,
            PluginName = method == AuthMethod.Unknown ? "dialog"u8 : method.WireName(),
            Database = "shop"u8,
        };
        var writer = new WireWriter(new byte[packet.MaxLength]);
        packet.Write(ref writer);
        return writer.Written.ToArray();
    }

    public static byte[] SslRequestPayload()
    {
        var payload = new byte[SslRequest.Length];
        var writer = new WireWriter(payload);
        new SslRequest { ClientFlags = Flags | Capabilities.Ssl }.Write(ref writer);
        return payload;
    }

    public void Dispose()
    {
        _deadline.Dispose();
        Channel.Dispose();
    }
}
