using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Login;

/// <summary>Logins that every server's listener must take and refuse; the client is that server's own.</summary>
public abstract class LoginTests<TServer>(Rig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private static readonly Dictionary<string, string> s_password = new() { ["MYSQL_PWD"] = DatabaseServer.Password };

    /// <summary>The server and the node.</summary>
    protected Rig<TServer> Rig { get; } = rig;

    [Fact]
    public Task A_user_logs_in_without_tls() => Succeeds(DatabaseServer.User, WithoutTls);

    [Fact]
    public Task A_user_logs_in_over_tls() => Succeeds(DatabaseServer.User, WithTls);

    [Fact]
    public async Task A_user_known_only_by_a_hash_logs_in_again_and_again()
    {
        await Succeeds(Rig<TServer>.HashedUser, WithoutTls);
        await Succeeds(Rig<TServer>.HashedUser, WithoutTls);
    }

    [Fact]
    public Task A_user_known_only_by_a_hash_logs_in_over_tls() => Succeeds(Rig<TServer>.HashedUser, WithTls);

    [Fact]
    public async Task A_user_without_a_password_logs_in_with_none_only()
    {
        await Succeeds(Rig<TServer>.OpenUser, WithoutTls, "");
        await Succeeds(Rig<TServer>.OpenUser, WithTls, "");
        Assert.Equal(1, (await Rig.Server.Login(Rig.Node.Port, Rig<TServer>.OpenUser, DatabaseServer.Password, "SELECT 1", WithoutTls)).ExitCode);
    }

    [Fact]
    public Task An_account_logs_in_at_the_backend_without_tls() => Succeeds(Rig<TServer>.PlainUser, WithoutTls);

    [Fact]
    public Task A_clear_password_is_taken_over_tls() => Succeeds(DatabaseServer.User, [.. WithTls, .. ClearPassword]);

    [Fact]
    public Task A_user_whose_client_speaks_native_password_logs_in() =>
        Succeeds(DatabaseServer.User, [.. WithoutTls, "--default-auth=mysql_native_password"]);

    // libmariadb answers with the salt of its greeting, whatever it is told.
    [Fact]
    public async Task A_user_is_changed_by_libmariadb()
    {
        var result = await Tool.RunAsync(
            "/usr/bin/python3", [Repository.PathTo("tests", "clients", "python", "change_user.py"), "127.0.0.1", $"{Rig.Node.Port}", DatabaseServer.User],
            TimeSpan.FromMinutes(1), s_password);
        Assert.True(result is { ExitCode: 0, Output: "42\n" }, $"{result}\n{Rig.Node.Log}");
    }

    [Fact]
    public async Task A_client_that_compresses_what_nobody_offered_to_read_is_told_so()
    {
        const string Login = "mysqli_report(MYSQLI_REPORT_OFF); $m = mysqli_init(); "
            + "$m->real_connect('127.0.0.1', $argv[2], getenv('MYSQL_PWD'), '', $argv[1], null, MYSQLI_CLIENT_COMPRESS); echo mysqli_connect_error();";
        var result = await Tool.RunAsync("php", ["-r", Login, "--", $"{Rig.Node.Port}", DatabaseServer.User], TimeSpan.FromMinutes(1), s_password);
        Assert.Equal("Bad handshake: compression is not offered; switch it off in the client", result.Output);
    }

    [Theory]
    [InlineData(DatabaseServer.User, "wrong")]
    [InlineData(DatabaseServer.User, "")]
    [InlineData(Rig<MariaDbServer>.HashedUser, "wrong")]
    [InlineData("nobody", "wrong")]
    public async Task A_wrong_login_is_refused_as_the_server_would_refuse_it(string user, string password)
    {
        foreach (var options in new[] { WithoutTls, WithTls })
        {
            var result = await Rig.Server.Login(Rig.Node.Port, user, password, "SELECT 1", options);
            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            Assert.Contains($"ERROR 1045 (28000): Access denied for user '{user}'@'127.0.0.1' (using password: "
                + $"{(password.Length > 0 ? "YES" : "NO")})", result.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_password_was_ever_logged() =>
        Assert.DoesNotContain(DatabaseServer.Password, Rig.Node.Log, StringComparison.Ordinal);

    /// <summary>How this server's client is told to use no TLS.</summary>
    protected abstract string[] WithoutTls { get; }

    /// <summary>How this server's client is told to use TLS, with a certificate that nobody signed.</summary>
    protected abstract string[] WithTls { get; }

    /// <summary>How this server's client is told to send the password as it is.</summary>
    protected abstract string[] ClearPassword { get; }

    /// <summary>Logs in through the node and expects a session that works.</summary>
    protected async Task Succeeds(string user, string[] options, string password = DatabaseServer.Password)
    {
        var result = await Rig.Server.Login(Rig.Node.Port, user, password, "SELECT 40 + 2", options);
        Assert.True(result is { ExitCode: 0, Output: "42\n" }, $"{result}\n{Rig.Node.Log}");
    }
}
