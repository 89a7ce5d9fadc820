using System.Text;
using Pool.Actors.Sessions.Login;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Login;

public sealed class ClientLoginTests
{
    private static readonly byte[] s_password = Encoding.UTF8.GetBytes(LoginFixture.Password);

    [Fact]
    public async Task Salts_have_no_NUL_and_no_dollar_and_are_never_the_same()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            using var client = new RawClient(LoginFixture.Context());
            await client.GreetAsync();
            client.Pipe.Abort();

            Assert.DoesNotContain((byte)0, client.Salt);
            Assert.DoesNotContain((byte)'$', client.Salt);
            Assert.True(seen.Add(Convert.ToHexString(client.Salt)));
        }
    }

    [Fact]
    public async Task The_fast_way_leaves_the_OK_to_the_caller()
    {
        using var client = new RawClient(LoginFixture.Context(LoginFixture.Credential("known")));
        await client.GreetAsync();
        await client.RespondAsync("known", AuthMethod.CachingSha2Password, CachingSha2Password.Respond(s_password, client.Salt), RawClient.Flags | Capabilities.ConnectWithDatabase);

        Assert.Equal([1, 3], await client.ReadAsync());
        var result = await client.ResultAsync();
        Assert.Equal("shop", result.Client!.Database);
        Assert.Equal(client.Channel.Sequence, result.Client.NextSequence);
        Assert.Equal(3, result.Client.NextSequence);
    }

    [Fact]
    public async Task Clients_of_another_method_are_asked_to_switch()
    {
        using var client = new RawClient(LoginFixture.Context(LoginFixture.Credential("known")));
        await client.GreetAsync();
        await client.RespondAsync("known", AuthMethod.Unknown, [1, 2, 3]);

        AssertSwitch(await client.ReadAsync(), "caching_sha2_password", client.Salt);
        await client.SendAsync(CachingSha2Password.Respond(s_password, client.Salt));
        Assert.Equal([1, 3], await client.ReadAsync());
        Assert.Equal(LoginFailure.None, (await client.ResultAsync()).Failure);
    }

    [Theory]
    [InlineData("known", LoginFailure.None)]
    [InlineData("native", LoginFailure.None)]
    [InlineData("verifier", LoginFailure.MethodUnsupported)]
    public async Task Clients_without_plugins_use_the_native_method_or_are_told_1251(string kind, LoginFailure expected)
    {
        using var client = new RawClient(LoginFixture.Context(LoginFixture.Credential(kind)));
        await client.GreetAsync();
        await client.RespondAsync(kind, AuthMethod.NativePassword, NativePassword.Respond(s_password, client.Salt), RawClient.Flags & ~Capabilities.PluginAuth);

        Assert.Equal(expected, (await client.ResultAsync()).Failure);
        if (expected != LoginFailure.None)
        {
            Assert.Equal(1251, (await client.ReadErrorAsync()).Code);
        }
    }

    [Fact]
    public async Task A_clear_password_is_taken_over_TLS_only()
    {
        var context = LoginFixture.Context(LoginFixture.Credential("verifier"));
        using var plain = new RawClient(context);
        await plain.GreetAsync();
        await plain.RespondAsync("verifier", AuthMethod.ClearPassword, [.. s_password, 0]);
        AssertSwitch(await plain.ReadAsync(), "caching_sha2_password", plain.Salt);

        var tls = new FakeTls();
        using var encrypted = new RawClient(context with { Tls = tls });
        await encrypted.GreetAsync();
        await EncryptAsync(encrypted);
        await encrypted.RespondAsync("verifier", AuthMethod.ClearPassword, [.. s_password, 0], RawClient.Flags | Capabilities.Ssl);
        Assert.Equal(LoginFailure.None, (await encrypted.ResultAsync()).Failure);
    }

    [Fact]
    public async Task A_password_in_clear_on_a_plain_connection_is_wrong()
    {
        using var client = new RawClient(LoginFixture.Context(LoginFixture.Credential("verifier")));
        await client.GreetAsync();
        await client.RespondAsync("verifier", AuthMethod.CachingSha2Password, CachingSha2Password.Respond(s_password, client.Salt));
        Assert.Equal([1, 4], await client.ReadAsync());
        await client.SendAsync([.. s_password, 0]);

        Assert.Equal(1045, (await client.ReadErrorAsync()).Code);
    }

    [Theory]
    [InlineData("known", AuthMethod.CachingSha2Password)]
    [InlineData("known", AuthMethod.NativePassword)]
    [InlineData("known", AuthMethod.Unknown)]
    [InlineData("verifier", AuthMethod.CachingSha2Password)]
    [InlineData("verifier", AuthMethod.NativePassword)]
    [InlineData("native", AuthMethod.CachingSha2Password)]
    [InlineData("native", AuthMethod.NativePassword)]
    public async Task An_unknown_user_sees_what_a_known_one_sees(string kind, AuthMethod method)
    {
        var context = LoginFixture.Context(LoginFixture.Credential(kind));

        var known = await ConverseAsync(context, kind, method);
        var unknown = await ConverseAsync(context, new string('x', kind.Length), method);

        Assert.Equal(known, unknown);
        Assert.Equal(0xFF, known[^1].First);
    }

    [Fact]
    public async Task Somebody_who_needs_TLS_does_not_learn_on_a_plain_connection_that_the_password_was_right()
    {
        using var client = new RawClient(LoginFixture.Context(LoginFixture.Credential("known", requireTls: true)));
        await client.GreetAsync();
        await client.RespondAsync("known", AuthMethod.CachingSha2Password, CachingSha2Password.Respond(s_password, client.Salt));

        Assert.Equal([1, 4], await client.ReadAsync());
    }

    [Fact]
    public async Task What_comes_behind_the_SSL_request_belongs_to_TLS()
    {
        var tls = new FakeTls();
        using var client = new RawClient(LoginFixture.Context(LoginFixture.Credential("known")) with { Tls = tls });
        await client.GreetAsync();

        // A response in clear, sent in one piece with the request: what somebody on the wire would inject.
        client.Channel.Queue(RawClient.SslRequestPayload());
        client.Channel.Queue(RawClient.Response("known", AuthMethod.CachingSha2Password, CachingSha2Password.Respond(s_password, client.Salt), RawClient.Flags));
        await client.Channel.FlushAsync();
        client.Pipe.Close();

        Assert.NotEqual(LoginFailure.None, (await client.ResultAsync()).Failure);
        Assert.NotEmpty(tls.HandedOver!);
    }

    [Fact]
    public async Task A_pipelined_TLS_stream_is_understood()
    {
        var tls = new FakeTls();
        using var client = new RawClient(LoginFixture.Context(LoginFixture.Credential("known")) with { Tls = tls });
        await client.GreetAsync();
        client.Channel.Queue(RawClient.SslRequestPayload());
        var request = new byte[4 + SslRequest.Length];
        new Pool.Wire.Framing.PacketHeader(SslRequest.Length, 1).Write(request);
        RawClient.SslRequestPayload().CopyTo(request, 4);
        var response = RawClient.Response("known", AuthMethod.CachingSha2Password, CachingSha2Password.Respond(s_password, client.Salt), RawClient.Flags);
        var framed = new byte[4 + response.Length];
        new Pool.Wire.Framing.PacketHeader(response.Length, 2).Write(framed);
        response.CopyTo(framed, 4);
        await client.Pipe.SendAsync((byte[])[.. request, .. FakeTls.Mask(framed)]);

        Assert.Equal(LoginFailure.None, (await client.ResultAsync()).Failure);
        Assert.Equal(framed.Length, tls.HandedOver!.Length);
    }

    [Fact]
    public async Task Commands_sent_ahead_are_handed_to_the_caller()
    {
        using var client = new RawClient(LoginFixture.Context(LoginFixture.Credential("known")));
        await client.GreetAsync();
        client.Channel.Queue(RawClient.Response("known", AuthMethod.NativePassword, NativePassword.Respond(s_password, client.Salt), RawClient.Flags));
        client.Channel.Sequence = 0;
        client.Channel.Queue([0x0E]);
        await client.Channel.FlushAsync();

        Assert.Equal([1, 0, 0, 0, 0x0E], (await client.ResultAsync()).Client!.Leftover.ToArray());
    }

    [Fact]
    public async Task Names_that_no_server_could_hold_are_refused()
    {
        using var client = new RawClient(LoginFixture.Context());
        await client.GreetAsync();
        await client.RespondAsync(new string('u', 257), AuthMethod.NativePassword, []);

        Assert.Equal(1043, (await client.ReadErrorAsync()).Code);
        Assert.Equal(LoginFailure.Malformed, (await client.ResultAsync()).Failure);
    }

    private static async Task EncryptAsync(RawClient client)
    {
        await client.SendAsync(RawClient.SslRequestPayload());
        client.Channel.Transport = (await new FakeTls().UpgradeClientAsync(client.Pipe, "", default, default))!;
    }

    private static void AssertSwitch(byte[] payload, string plugin, byte[] salt)
    {
        Assert.Equal(Wire.WireFault.None, AuthSwitchRequest.TryRead(payload, out var request));
        Assert.Equal(plugin, Encoding.ASCII.GetString(request.PluginName));
        Assert.Equal(salt, request.Data.ToArray());
    }

    /// <summary>Gives wrong answers to everything, and records what the server says: first byte and length of each packet.</summary>
    private static async Task<List<(int First, int Length)>> ConverseAsync(LoginContext context, string user, AuthMethod method)
    {
        using var client = new RawClient(context);
        await client.GreetAsync();
        await client.RespondAsync(user, method, CachingSha2Password.Respond("wrong"u8, client.Salt));
        var seen = new List<(int, int)>();
        while (await client.ReadAsync() is { Length: > 0 } payload)
        {
            seen.Add((payload[0], payload.Length));
            if (payload[0] == 0xFF)
            {
                break;
            }

            await client.SendAsync(payload[0] switch
            {
                0xFE => new byte[32],
                1 when payload.Length == 2 => [2],
                _ => new byte[256],
            });
        }

        return seen;
    }
}
