using System.Text;
using Pool.Actors.Runtime;
using Pool.Actors.Sessions.Login;
using Pool.Testing;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Actors.Tests.Login;

public sealed class ReauthenticateTests
{
    private const Capabilities Effective = RawClient.Flags | Capabilities.ConnectAttributes;

    [Theory]
    [InlineData("known", "caching_sha2_password")]
    [InlineData("known", "mysql_native_password")]
    [InlineData("known", "")]
    [InlineData("native", "caching_sha2_password")]
    public async Task The_right_password_gets_in_after_a_switch(string kind, string named)
    {
        var (result, switched, _) = await ChangeAsync(kind, named, LoginFixture.Password);

        Assert.Equal(LoginFailure.None, result.Failure);
        Assert.Equal(kind, result.Client!.User);
        Assert.Equal("shop", result.Client.Database);
        Assert.Equal(33, result.Client.CollationId);
        Assert.Equal(Effective, result.Client.Effective);
        Assert.Equal(kind == "native" || named == "mysql_native_password" ? AuthMethod.NativePassword : AuthMethod.CachingSha2Password, switched);
    }

    [Theory]
    [InlineData("known")]
    [InlineData("nobody")]
    public async Task A_wrong_one_is_refused_and_cut_off(string user)
    {
        var (result, _, far) = await ChangeAsync(user, "mysql_native_password", "wrong");

        Assert.Equal(LoginFailure.AccessDenied, result.Failure);
        Assert.True(far.IsEnded);
    }

    [Fact]
    public async Task A_client_is_asked_with_the_salt_that_it_was_greeted_with()
    {
        var salt = Salt.Draw();
        var (near, far) = PipeTransport.CreatePair(seed: 5);
        var login = new ClientLogin(LoginFixture.Context(LoginFixture.Credential("known")), far, LoginFixture.Session, salt);
        _ = login.ReauthenticateAsync(Command("known", ""), Effective, 1, default, CancellationToken.None).AsTask();
        using var channel = new PacketChannel(near) { Sequence = 1 };
        AuthSwitchRequest.TryRead((await channel.ReadAsync(1000)).Payload.Span, out var request);

        Assert.Equal(salt.ToArray(), request.Data.ToArray());
    }

    [Fact]
    public async Task A_malformed_command_is_refused()
    {
        var (near, far) = PipeTransport.CreatePair();
        var login = new ClientLogin(LoginFixture.Context(), far, LoginFixture.Session);
        var result = await login.ReauthenticateAsync(new byte[] { 0x11, 65 }, Effective, 1, default, CancellationToken.None);

        Assert.Equal(LoginFailure.Malformed, result.Failure);
        Assert.NotEqual(0, await near.ReceiveAsync(new byte[100]));
    }

    [Fact]
    public async Task A_client_that_cannot_switch_is_told_1251()
    {
        var (_, far) = PipeTransport.CreatePair();
        var login = new ClientLogin(LoginFixture.Context(LoginFixture.Credential("known")), far, LoginFixture.Session);
        var result = await login.ReauthenticateAsync(Command("known", ""), Effective & ~Capabilities.PluginAuth, 1, default, CancellationToken.None);

        Assert.Equal(LoginFailure.MethodUnsupported, result.Failure);
    }

    private static async Task<(LoginResult Result, AuthMethod Switched, PipeTransport Far)> ChangeAsync(string user, string named, string password)
    {
        var (near, far) = PipeTransport.CreatePair(seed: 5);
        var kind = user == "nobody" ? "known" : user;
        var login = new ClientLogin(LoginFixture.Context(LoginFixture.Credential(kind)), far, LoginFixture.Session);
        var running = login.ReauthenticateAsync(Command(user, named), Effective, 1, ReadOnlyMemory<byte>.Empty, CancellationToken.None).AsTask();

        using var channel = new PacketChannel(near) { Sequence = 1 };
        var read = await channel.ReadAsync(1000);
        Assert.Equal(Wire.WireFault.None, AuthSwitchRequest.TryRead(read.Payload.Span, out var request));
        var method = AuthMethodNames.Find(request.PluginName);
        var bytes = Encoding.UTF8.GetBytes(password);
        var salt = request.Data.ToArray();
        channel.Queue(method == AuthMethod.NativePassword ? NativePassword.Respond(bytes, salt) : CachingSha2Password.Respond(bytes, salt));
        await channel.FlushAsync();
        return (await running.WaitAsync(LoginFixture.Patience), method, far);
    }

    private static byte[] Command(string user, string plugin)
    {
        var change = new ChangeUser
        {
            User = Encoding.UTF8.GetBytes(user),
            Database = "shop"u8,
            CollationId = 33,
            PluginName = Encoding.UTF8.GetBytes(plugin),
        };
        var writer = new WireWriter(new byte[change.MaxLength]);
        change.Write(ref writer, Effective);
        return writer.Written.ToArray();
    }
}
