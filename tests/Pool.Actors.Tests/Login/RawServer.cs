using Pool.Actors.Backends.Login;
using Pool.Actors.Runtime;
using Pool.Testing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Login;

/// <summary>A server that a test drives packet by packet against a backend login.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly CancellationTokenSource _deadline = new();

    public RawServer(BackendLoginOptions? options = null, int? seed = null)
    {
        (Far, Pipe) = PipeTransport.CreatePair(seed);
        Channel = new PacketChannel(Pipe);
        Login = new BackendLogin(options ?? LoginFixture.Options("u", LoginFixture.Password), Far).RunAsync(_deadline.Token).AsTask();
    }

    public static byte[] Salt { get; } = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];

    public static byte[] Ok { get; } = [0, 0, 0, 2, 0, 0, 0];

    public PipeTransport Far { get; }

    public PipeTransport Pipe { get; }

    public PacketChannel Channel { get; }

    public Task<BackendLoginResult> Login { get; }

    public void PassDeadline() => _deadline.Cancel();

    public Task<BackendLoginResult> ResultAsync() => Login.WaitAsync(LoginFixture.Patience);

    public async Task SendAsync(params byte[] payload) => await Channel.WriteAsync(payload);

    public async Task<byte[]> ReadAsync()
    {
        var read = await Channel.ReadAsync(1 << 20).AsTask().WaitAsync(LoginFixture.Patience);
        return read.Succeeded ? read.Payload.ToArray() : [];
    }

    /// <summary>Greets, and answers the client's response.</summary>
    public async Task<byte[]> GreetAsync(Capabilities offered = LoginFixture.Offered, string plugin = "mysql_native_password", string version = "8.4.0")
    {
        await SendAsync(Greeting(offered, plugin, version));
        return await ReadAsync();
    }

    public static byte[] Greeting(Capabilities offered, string plugin, string version)
    {
        var greeting = new ServerGreeting
        {
            ServerVersion = System.Text.Encoding.UTF8.GetBytes(version),
            ThreadId = 12,
            Salt = Salt,
            Capabilities = offered,
            PluginName = System.Text.Encoding.UTF8.GetBytes(plugin),
        };
        var writer = new WireWriter(new byte[greeting.MaxLength]);
        greeting.Write(ref writer);
        return writer.Written.ToArray();
    }

    public static byte[] Error(ushort code, string state, string text)
    {
        var writer = new WireWriter(new byte[9 + text.Length]);
        ErrPacket.Write(ref writer, code, System.Text.Encoding.UTF8.GetBytes(state), System.Text.Encoding.UTF8.GetBytes(text));
        return writer.Written.ToArray();
    }

    public static byte[] Switch(string plugin)
    {
        var request = new AuthSwitchRequest { PluginName = System.Text.Encoding.UTF8.GetBytes(plugin), Data = Salt };
        var writer = new WireWriter(new byte[request.MaxLength]);
        request.Write(ref writer);
        return writer.Written.ToArray();
    }

    public void Dispose()
    {
        _deadline.Dispose();
        Channel.Dispose();
    }
}
