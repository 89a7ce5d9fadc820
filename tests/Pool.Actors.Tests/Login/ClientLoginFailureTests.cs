using Pool.Actors.Sessions.Login;
using Pool.Testing;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Login;

public sealed class ClientLoginFailureTests
{
    [Fact]
    public async Task A_probe_that_leaves_without_a_byte_is_told_apart()
    {
        using var probe = new RawClient(LoginFixture.Context());
        await probe.GreetAsync();
        probe.Pipe.Close();
        Assert.Equal(LoginFailure.ProbeLeft, (await probe.ResultAsync()).Failure);

        using var client = new RawClient(LoginFixture.Context());
        await client.GreetAsync();
        await client.Pipe.SendAsync(new byte[] { 1 });
        client.Pipe.Close();
        Assert.Equal(LoginFailure.ClientLeft, (await client.ResultAsync()).Failure);
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_told_so_at_the_deadline_and_cut_off()
    {
        using var client = new RawClient(LoginFixture.Context());
        await client.GreetAsync();
        client.PassDeadline();

        Assert.Equal(1159, (await client.ReadErrorAsync()).Code);
        Assert.Empty(await client.ReadAsync());
        Assert.Equal(LoginFailure.TimedOut, (await client.ResultAsync()).Failure);
        Assert.True(client.Far.IsEnded);
    }

    [Fact]
    public async Task A_client_that_does_not_read_cannot_hold_a_login_beyond_its_deadline()
    {
        var (_, far) = PipeTransport.CreatePair(capacity: 8);
        using var deadline = new CancellationTokenSource();
        var login = new ClientLogin(LoginFixture.Context(), far, LoginFixture.Session).RunAsync(deadline.Token).AsTask();
        Assert.False(login.IsCompleted);
        deadline.Cancel();

        Assert.Equal(LoginFailure.TimedOut, (await login.WaitAsync(LoginFixture.Patience)).Failure);
        Assert.True(far.IsEnded);
    }

    [Theory]
    [InlineData(new byte[] { 5, 0, 0, 0, 0 }, 1156, LoginFailure.Malformed)]
    [InlineData(new byte[] { 4, 0, 0, 1, 5, 0, 0, 0 }, 1043, LoginFailure.ProtocolUnsupported)]
    [InlineData(new byte[] { 2, 0, 0, 1, 0, 2 }, 1043, LoginFailure.Malformed)]
    [InlineData(new byte[] { 0, 0, 0, 1 }, 1043, LoginFailure.Malformed)]
    [InlineData(new byte[] { 255, 255, 255, 1 }, 1043, LoginFailure.Malformed)]
    public async Task Nonsense_is_answered_and_cut_off(byte[] bytes, int code, LoginFailure expected)
    {
        using var client = new RawClient(LoginFixture.Context());
        await client.GreetAsync();
        await client.Pipe.SendAsync(bytes);
        client.Channel.Sequence = bytes[3] == 1 && bytes[0] != 255 ? (byte)2 : (byte)1;

        Assert.Equal(code, (await client.ReadErrorAsync()).Code);
        Assert.Equal(expected, (await client.ResultAsync()).Failure);
        Assert.True(client.Far.IsEnded);
    }

    [Fact]
    public async Task A_client_that_is_going_to_compress_what_it_sends_is_refused()
    {
        using var client = new RawClient(LoginFixture.Context(LoginFixture.Credential("known")));
        await client.GreetAsync();
        await client.RespondAsync("known", AuthMethod.NativePassword, [], RawClient.Flags | Capabilities.Compress);

        Assert.Contains("compression", (await client.ReadErrorAsync()).Text, StringComparison.Ordinal);
        Assert.Equal(LoginFailure.ProtocolUnsupported, (await client.ResultAsync()).Failure);
    }

    [Fact]
    public async Task A_client_that_announces_TLS_and_then_sends_its_name_in_clear_is_refused()
    {
        using var client = new RawClient(LoginFixture.Context(LoginFixture.Credential("known")) with { Tls = new FakeTls() });
        await client.GreetAsync();
        await client.RespondAsync("known", AuthMethod.NativePassword, [], RawClient.Flags | Capabilities.Ssl);

        Assert.Equal(1043, (await client.ReadErrorAsync()).Code);
    }

    [Fact]
    public async Task A_failed_TLS_handshake_ends_the_login()
    {
        using var client = new RawClient(LoginFixture.Context() with { Tls = new FakeTls { Fails = true } });
        await client.GreetAsync();
        await client.SendAsync(RawClient.SslRequestPayload());

        Assert.Equal(LoginFailure.TlsFailed, (await client.ResultAsync()).Failure);
        Assert.True(client.Far.IsEnded);
    }

    [Fact]
    public async Task A_client_that_announces_TLS_and_then_says_nothing_is_given_up()
    {
        using var client = new RawClient(LoginFixture.Context() with { Tls = new FakeTls { Waits = true } });
        await client.GreetAsync();
        await client.SendAsync(RawClient.SslRequestPayload());
        client.PassDeadline();

        Assert.Equal(LoginFailure.TimedOut, (await client.ResultAsync()).Failure);
        Assert.True(client.Far.IsEnded);
    }

    [Fact]
    public async Task Each_early_leave_and_each_mutation_ends_the_login()
    {
        const int seed = 7;
        var random = new Random(seed);
        var context = LoginFixture.Context(LoginFixture.Credential("verifier"), LoginFixture.Credential("native")) with { Tls = new FakeTls() };
        for (var round = 0; round < 500; round++)
        {
            using var client = new RawClient(context, seed + round);
            await client.GreetAsync();
            var payload = RawClient.Response(round % 2 == 0 ? "verifier" : "native", (AuthMethod)random.Next(4), new byte[random.Next(40)], RawClient.Flags);
            for (var i = random.Next(3); i > 0; i--)
            {
                payload[random.Next(payload.Length)] = (byte)random.Next(256);
            }

            client.Channel.Queue(payload.AsSpan(0, random.Next(payload.Length + 1)));
            client.Channel.Queue(new byte[random.Next(300)]);
            await client.Channel.FlushAsync();
            client.Pipe.Close();
            try
            {
                Assert.NotEqual(LoginFailure.None, (await client.ResultAsync()).Failure);
                Assert.True(client.Far.IsEnded);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}, {Convert.ToHexString(payload)}: {e}");
            }
        }
    }
}
