using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Login;

/// <summary>Logins at a listener that greets as MySQL, with MySQL's client.</summary>
[Collection(MySqlTests.Name)]
public sealed class MySqlLoginTests(Rig<MySqlServer> rig) : LoginTests<MySqlServer>(rig)
{
    [Fact]
    public Task An_account_logs_in_at_the_backend_by_sha256_password() => Succeeds(Rig<MySqlServer>.Sha256User, WithTls);

    [Fact]
    public async Task A_clear_password_is_refused_without_tls()
    {
        var result = await Rig.Server.Login(Rig.Node.Port, DatabaseServer.User, DatabaseServer.Password, "SELECT 1",
            [.. WithoutTls, .. ClearPassword]);
        Assert.True(result.ExitCode == 0 || result.Errors.Contains("ERROR", StringComparison.Ordinal), result.ToString());
        Assert.DoesNotContain(DatabaseServer.Password, result.Errors, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    protected override string[] WithoutTls => ["--ssl-mode=DISABLED", "--get-server-public-key"];

    /// <inheritdoc/>
    protected override string[] WithTls => ["--ssl-mode=REQUIRED"];

    /// <inheritdoc/>
    protected override string[] ClearPassword => ["--enable-cleartext-plugin", "--default-auth=mysql_clear_password"];
}
