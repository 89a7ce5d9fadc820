namespace Pool.Live.Tests.Support;

/// <summary>The distribution's MariaDB.</summary>
public sealed class MariaDbServer : DatabaseServer
{
    /// <inheritdoc/>
    protected override string StartScript => "start-mariadb.sh";

    /// <inheritdoc/>
    public override string Client => "mariadb";

    /// <inheritdoc/>
    public override string LetsInAboveLimit => "CONNECTION ADMIN, SUPER";
}
