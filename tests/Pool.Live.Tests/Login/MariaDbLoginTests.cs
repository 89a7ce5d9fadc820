using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Login;

/// <summary>Logins at a listener that greets as MariaDB, with MariaDB's client.</summary>
[Collection(MariaDbTests.Name)]
public sealed class MariaDbLoginTests(Rig<MariaDbServer> rig) : LoginTests<MariaDbServer>(rig)
{
    /// <inheritdoc/>
    protected override string[] WithoutTls => ["--skip-ssl"];

    /// <inheritdoc/>
    protected override string[] WithTls => ["--ssl", "--skip-ssl-verify-server-cert"];

    /// <inheritdoc/>
    protected override string[] ClearPassword => ["--default-auth=mysql_clear_password"];
}
