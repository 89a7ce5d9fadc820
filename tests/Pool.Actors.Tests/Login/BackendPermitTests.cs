using Pool.Actors.Backends;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Login;

public sealed class BackendPermitTests
{
    [Fact]
    public async Task A_connection_is_announced_after_the_greeting_and_before_the_account_is_named()
    {
        var permit = new Permit();
        using var server = new RawServer(LoginFixture.Options("u", LoginFixture.Password) with { Permit = permit });
        await server.SendAsync(RawServer.Greeting(LoginFixture.Offered, "mysql_native_password", "8.4.0"));
        await permit.Announced.Task.WaitAsync(LoginFixture.Patience);
        var response = server.ReadAsync();
        Assert.False(response.IsCompleted);

        permit.Answer.SetResult(true);
        Assert.Equal(Wire.WireFault.None, HandshakeResponse.TryRead(await response, (Capabilities)ulong.MaxValue, out _));
        Assert.Equal((12ul, "u"), await permit.Announced.Task);
    }

    [Fact]
    public async Task Who_may_not_log_in_says_nothing_of_himself()
    {
        var permit = new Permit();
        permit.Answer.SetResult(false);
        using var server = new RawServer(LoginFixture.Options("u", LoginFixture.Password) with { Permit = permit });

        Assert.Empty(await server.GreetAsync());
        Assert.Equal(ConnectFailureKind.NotPermitted, (await server.ResultAsync()).Failure!.Kind);
    }

    // The store does not answer: the server has nothing to do with it, and nobody is to be told that it cannot be reached.
    [Fact]
    public async Task Whose_announcement_takes_too_long_may_not_log_in_and_does_not_blame_the_server()
    {
        var permit = new Permit();
        using var server = new RawServer(LoginFixture.Options("u", LoginFixture.Password) with { Permit = permit });
        await server.SendAsync(RawServer.Greeting(LoginFixture.Offered, "mysql_native_password", "8.4.0"));
        await permit.Announced.Task.WaitAsync(LoginFixture.Patience);

        server.PassDeadline();

        Assert.Equal(ConnectFailureKind.NotPermitted, (await server.ResultAsync()).Failure!.Kind);
    }

    private sealed class Permit : IConnectPermit
    {
        public TaskCompletionSource<(ulong ThreadId, string User)> Announced { get; } = new();

        public TaskCompletionSource<bool> Answer { get; } = new();

        public IReadOnlyCollection<KeyValuePair<string, string>> Attributes => [];

        public bool Holds => true;

        public bool IsRevoked => false;

        public async ValueTask<bool> AnnounceAsync(ulong threadId, string user, CancellationToken cancel)
        {
            Announced.SetResult((threadId, user));
            using var expiry = cancel.Register(() => Answer.TrySetResult(false));
            return await Answer.Task;
        }

        public void GiveUp()
        {
        }

        public void Ended()
        {
        }
    }
}
