using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Sessions.Login;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Login;

/// <summary>The two sides against each other: every method, plain and encrypted, in pieces of any size.</summary>
public sealed class BothSidesTests
{
    public static TheoryData<string, AuthMethod, bool, int?> Ways()
    {
        var ways = new TheoryData<string, AuthMethod, bool, int?>();
        foreach (var kind in new[] { "known", "verifier", "native", "empty" })
        {
            foreach (var method in new[] { AuthMethod.NativePassword, AuthMethod.CachingSha2Password })
            {
                foreach (var encrypted in new[] { false, true })
                {
                    ways.Add(kind, method, encrypted, null);
                    ways.Add(kind, method, encrypted, 100 + ways.Count);
                }
            }
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_right_password_gets_in(string kind, AuthMethod method, bool encrypted, int? seed)
    {
        var context = LoginFixture.Context(LoginFixture.Credential(kind)) with { DefaultMethod = method, Tls = new FakeTls() };
        var options = LoginFixture.Options(kind, kind == "empty" ? null : LoginFixture.Password, Mode(encrypted));

        var (client, backend) = await LoginFixture.MeetAsync(context, options, seed);

        Assert.Equal(LoginFailure.None, client.Failure);
        Assert.Null(backend.Failure);
        Assert.Equal(kind, client.Client!.User);
        Assert.Null(client.Client.Database);
        Assert.Equal(BackendLogin.CollationId, client.Client.CollationId);
        Assert.Equal(encrypted, client.Client.Transport.IsEncrypted);
        Assert.Equal(encrypted, backend.Identity!.Transport.IsEncrypted);
        Assert.Equal(LoginFixture.Session.Value, backend.Identity.ThreadId);
        Assert.Equal(backend.Identity.Effective, client.Client.Effective & ~Capabilities.Ssl);
        Assert.Equal([new("_client_name", "pool"), new("program_name", "pool"), new("_pid", "4711")], client.Client.Attributes);
        Assert.True(client.Client.Leftover.IsEmpty);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_wrong_password_does_not(string kind, AuthMethod method, bool encrypted, int? seed)
    {
        var context = LoginFixture.Context(LoginFixture.Credential(kind)) with { DefaultMethod = method, Tls = new FakeTls() };

        foreach (var wrong in new[] { "Correct horse", kind == "empty" ? "x" : null })
        {
            var (client, backend) = await LoginFixture.MeetAsync(context, LoginFixture.Options(kind, wrong, Mode(encrypted)), seed);

            Assert.Equal(LoginFailure.AccessDenied, client.Failure);
            Assert.Null(client.Client);
            Assert.Null(backend.Identity);
            Assert.Equal(ConnectFailureKind.AccessDenied, backend.Failure!.Kind);
            Assert.Equal(1045, backend.Failure.ServerErrorCode);
            Assert.Equal(
                $"db.example: Access denied for user '{kind}'@'198.51.100.7' (using password: {(wrong is null ? "NO" : "YES")})",
                backend.Failure.Text);
        }
    }

    [Fact]
    public async Task A_full_authentication_opens_the_fast_way()
    {
        var user = LoginFixture.Credential("verifier");
        var salt = new byte[20];
        var response = CachingSha2Password.Respond("correct horse"u8, salt);
        Assert.False(user.VerifyFast(response, salt));

        var (client, _) = await LoginFixture.MeetAsync(LoginFixture.Context(user), LoginFixture.Options("verifier", LoginFixture.Password));

        Assert.Equal(LoginFailure.None, client.Failure);
        Assert.True(user.VerifyFast(response, salt));
    }

    [Theory]
    [InlineData("known")]
    [InlineData("verifier")]
    [InlineData("native")]
    [InlineData("empty")]
    public async Task Users_that_need_TLS_do_not_get_in_without(string kind)
    {
        var context = LoginFixture.Context(LoginFixture.Credential(kind, requireTls: true)) with { Tls = new FakeTls() };
        var password = kind == "empty" ? null : LoginFixture.Password;

        var (plain, refused) = await LoginFixture.MeetAsync(context, LoginFixture.Options(kind, password));
        var (encrypted, _) = await LoginFixture.MeetAsync(context, LoginFixture.Options(kind, password, BackendTlsMode.Required));

        Assert.Equal(LoginFailure.AccessDenied, plain.Failure);
        Assert.Equal(1045, refused.Failure!.ServerErrorCode);
        Assert.Equal(LoginFailure.None, encrypted.Failure);
    }

    [Theory]
    [InlineData(BackendTlsMode.Required)]
    [InlineData(BackendTlsMode.VerifyCa)]
    [InlineData(BackendTlsMode.VerifyFull)]
    public async Task A_server_without_TLS_is_refused_where_TLS_is_needed(BackendTlsMode mode)
    {
        var (client, backend) = await LoginFixture.MeetAsync(
            LoginFixture.Context(LoginFixture.Credential("known")), LoginFixture.Options("known", LoginFixture.Password, mode));

        Assert.Equal(ConnectFailureKind.Tls, backend.Failure!.Kind);
        Assert.Equal(LoginFailure.ProbeLeft, client.Failure);
    }

    [Fact]
    public async Task Preferred_TLS_is_used_where_it_is_offered_and_not_missed_elsewhere()
    {
        var context = LoginFixture.Context(LoginFixture.Credential("known"));
        var options = LoginFixture.Options("known", LoginFixture.Password, BackendTlsMode.Preferred);

        var (_, without) = await LoginFixture.MeetAsync(context, options);
        var (_, with) = await LoginFixture.MeetAsync(context with { Tls = new FakeTls() }, options);

        Assert.False(without.Identity!.Transport.IsEncrypted);
        Assert.True(with.Identity!.Transport.IsEncrypted);
    }

    private static BackendTlsMode Mode(bool encrypted) => encrypted ? BackendTlsMode.Required : BackendTlsMode.Disabled;
}
