using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Settings;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Login;

public sealed class BackendLoginTests
{
    [Theory]
    [InlineData("9.7.4-2", LoginFixture.Offered, ServerFlavour.MySql, "9.7.4")]
    [InlineData("5.5.5-10.11.19-MariaDB-0+deb12u1", LoginFixture.Offered & ~Capabilities.LongPassword, ServerFlavour.MariaDb, "10.11.19")]
    [InlineData("11.4.2-MariaDB", LoginFixture.Offered & ~Capabilities.LongPassword, ServerFlavour.MariaDb, "11.4.2")]
    [InlineData("nonsense", LoginFixture.Offered, ServerFlavour.MySql, "0.0")]
    public async Task The_greeting_tells_whose_server_it_is(string text, Capabilities offered, ServerFlavour flavour, string version)
    {
        using var server = new RawServer();
        await server.GreetAsync(offered, version: text);
        await server.SendAsync(RawServer.Ok);

        var identity = (await server.ResultAsync()).Identity!;
        Assert.Equal(flavour, identity.Flavour);
        Assert.Equal(Version.Parse(version), identity.Version);
        Assert.Equal(text, identity.VersionText);
        Assert.Equal(12ul, identity.ThreadId);
    }

    [Fact]
    public async Task What_the_pool_claims_is_the_same_for_all_connections_of_a_class_and_names_no_database()
    {
        using var server = new RawServer();
        var payload = await server.GreetAsync((Capabilities)0xFFFF_FFFF & ~Capabilities.Ssl);

        Assert.Equal(Wire.WireFault.None, HandshakeResponse.TryRead(payload, (Capabilities)ulong.MaxValue, out var response));
        var flags = response.Head.ClientFlags;
        const Capabilities never = Capabilities.QueryAttributes | Capabilities.Compress | Capabilities.ZstdCompression
            | Capabilities.OptionalResultsetMetadata | Capabilities.ConnectWithDatabase | Capabilities.LocalFiles | Capabilities.MultiFactorAuth;
        Assert.Equal(Capabilities.None, flags & never);
        Assert.Equal(BackendCapabilities.Needed | Capabilities.FoundRows, flags & (BackendCapabilities.Needed | Capabilities.FoundRows));
        Assert.Equal(45, response.Head.CollationId);
        Assert.Equal(20, response.AuthResponse.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_class_decides_about_local_files_and_found_rows(bool value)
    {
        var flags = BackendCapabilities.For(new ConnectionClass("a", value, value), (Capabilities)ulong.MaxValue);

        Assert.Equal(value, flags.HasFlag(Capabilities.FoundRows));
        Assert.Equal(value, flags.HasFlag(Capabilities.LocalFiles));
        Assert.True(flags.HasFlag(Capabilities.MariaDbStmtBulkOperations));
    }

    [Theory]
    [InlineData(1040, "08004", ConnectFailureKind.TooManyConnections)]
    [InlineData(1203, "42000", ConnectFailureKind.TooManyConnections)]
    [InlineData(1130, "HY000", ConnectFailureKind.AccessDenied)]
    [InlineData(3118, "HY000", ConnectFailureKind.AccessDenied)]
    [InlineData(9999, "28000", ConnectFailureKind.AccessDenied)]
    [InlineData(1053, "08S01", ConnectFailureKind.Unreachable)]
    [InlineData(9999, "HY000", ConnectFailureKind.Protocol)]
    public async Task An_error_instead_of_a_greeting_is_told_with_the_servers_words(ushort code, string state, ConnectFailureKind kind)
    {
        using var server = new RawServer();
        await server.SendAsync(RawServer.Error(code, state, "no"));

        var failure = (await server.ResultAsync()).Failure!;
        Assert.Equal(new ConnectFailure(kind, "db.example: no", code), failure);
        Assert.True(server.Far.IsEnded);
    }

    [Theory]
    [InlineData(Capabilities.DeprecateEof)]
    [InlineData(Capabilities.SessionTrack)]
    [InlineData(Capabilities.PluginAuth)]
    public async Task Servers_that_lack_something_needed_are_refused_by_name(Capabilities missing)
    {
        using var server = new RawServer();
        await server.SendAsync(RawServer.Greeting(LoginFixture.Offered & ~missing, "mysql_native_password", "5.6.1"));

        var failure = (await server.ResultAsync()).Failure!;
        Assert.Equal(ConnectFailureKind.Protocol, failure.Kind);
        Assert.Equal($"db.example: server 5.6.1 cannot be used: it lacks {missing}", failure.Text);
    }

    [Theory]
    [InlineData("mysql_clear_password", "on unencrypted connections")]
    [InlineData("sha256_password", "on unencrypted connections")]
    public async Task Methods_that_are_not_spoken_are_refused_and_the_password_stays_here(string plugin, string where)
    {
        using var server = new RawServer();
        await server.GreetAsync();
        await server.SendAsync(RawServer.Switch(plugin));

        var failure = (await server.ResultAsync()).Failure!;
        Assert.Equal(ConnectFailureKind.AccessDenied, failure.Kind);
        Assert.Contains(plugin, failure.Text, StringComparison.Ordinal);
        Assert.Contains(where, failure.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(LoginFixture.Password, failure.Text, StringComparison.Ordinal);
        Assert.Empty(await server.ReadAsync());
    }

    [Fact]
    public async Task A_switch_is_answered_for_its_own_salt()
    {
        using var server = new RawServer();
        await server.GreetAsync(plugin: "caching_sha2_password");
        await server.SendAsync(RawServer.Switch("mysql_native_password"));

        var response = await server.ReadAsync();
        Assert.True(NativePassword.Verify(response, RawServer.Salt, NativePassword.Store("correct horse"u8)));
    }

    [Fact]
    public async Task Bytes_before_TLS_are_refused()
    {
        using var server = new RawServer(LoginFixture.Options("u", LoginFixture.Password, BackendTlsMode.Required));
        server.Channel.Queue(RawServer.Greeting(LoginFixture.Offered | Capabilities.Ssl, "mysql_native_password", "8.4.0"));
        server.Channel.Queue(RawServer.Ok);
        await server.Channel.FlushAsync();

        Assert.Equal(ConnectFailureKind.Protocol, (await server.ResultAsync()).Failure!.Kind);
    }

    [Fact]
    public async Task A_failed_TLS_handshake_ends_the_login()
    {
        var options = LoginFixture.Options("u", LoginFixture.Password, BackendTlsMode.VerifyFull) with { Tls = new FakeTls { Fails = true } };
        using var server = new RawServer(options);
        await server.GreetAsync(LoginFixture.Offered | Capabilities.Ssl);

        Assert.Equal(ConnectFailureKind.Tls, (await server.ResultAsync()).Failure!.Kind);
        Assert.True(server.Far.IsEnded);
    }

    [Fact]
    public async Task Bytes_behind_the_OK_are_refused()
    {
        using var server = new RawServer();
        await server.GreetAsync();
        server.Channel.Queue(RawServer.Ok);
        server.Channel.Queue(RawServer.Ok);
        await server.Channel.FlushAsync();

        Assert.Equal(ConnectFailureKind.Protocol, (await server.ResultAsync()).Failure!.Kind);
    }

    [Fact]
    public async Task An_RSA_key_that_is_none_is_refused()
    {
        using var server = new RawServer();
        await server.GreetAsync(plugin: "caching_sha2_password");
        await server.SendAsync(1, 4);
        Assert.Equal([2], await server.ReadAsync());
        await server.SendAsync([1, .. "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"u8]);

        Assert.Equal(ConnectFailureKind.Protocol, (await server.ResultAsync()).Failure!.Kind);
    }

    [Fact]
    public async Task An_authentication_that_does_not_end_is_ended()
    {
        using var server = new RawServer();
        await server.GreetAsync();
        while (!server.Login.IsCompleted)
        {
            server.Channel.Queue(RawServer.Switch("mysql_native_password"));
            if (!await server.Channel.FlushAsync() || (await server.ReadAsync()).Length == 0)
            {
                break;
            }
        }

        Assert.Equal("db.example: the authentication does not end", (await server.ResultAsync()).Failure!.Text);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_left_at_the_deadline()
    {
        using var server = new RawServer();
        server.PassDeadline();

        Assert.Equal(ConnectFailureKind.TimedOut, (await server.ResultAsync()).Failure!.Kind);
        Assert.True(server.Far.IsEnded);
    }

    [Fact]
    public async Task Every_truncated_or_mutated_conversation_ends_without_an_exception()
    {
        const int seed = 11;
        var random = new Random(seed);
        byte[][] replies = [RawServer.Ok, RawServer.Switch("caching_sha2_password"), RawServer.Error(1045, "28000", "no"), [1, 3], [1, 4], [1, 65], []];
        for (var round = 0; round < 500; round++)
        {
            using var server = new RawServer(seed: seed + round);
            var bytes = RawServer.Greeting(LoginFixture.Offered, "mysql_native_password", "8.4.0");
            if (random.Next(2) == 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            server.Channel.Queue(bytes.AsSpan(0, random.Next(10) == 0 ? random.Next(bytes.Length) : bytes.Length));
            server.Channel.Sequence++;
            for (var i = random.Next(4); i > 0; i--)
            {
                server.Channel.Queue(replies[random.Next(replies.Length)]);
                server.Channel.Sequence += (byte)random.Next(2);
            }

            await server.Channel.FlushAsync();
            server.Pipe.Close();
            try
            {
                var result = await server.ResultAsync();
                Assert.True(result.Identity is null != result.Failure is null);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e}");
            }
        }
    }
}
