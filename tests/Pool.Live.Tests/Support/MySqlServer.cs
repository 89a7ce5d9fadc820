namespace Pool.Live.Tests.Support;

/// <summary>The MySQL that tools/install-mysql.sh unpacked.</summary>
public sealed class MySqlServer : DatabaseServer
{
    private static readonly string _home = Environment.GetEnvironmentVariable("POOL_MYSQL") ?? Path.Combine(Cache, "mysql");

    /// <inheritdoc/>
    protected override string StartScript => "start-mysql.sh";

    /// <inheritdoc/>
    public override string Client => Path.Combine(_home, "bin", "mysql");

    /// <inheritdoc/>
    public override string LetsInAboveLimit => "CONNECTION_ADMIN, SUPER";

    // As tools/common.sh has it.
    private static string Cache => Environment.GetEnvironmentVariable("POOL_CACHE") ?? Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
            ?? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/tmp", ".cache"), "pool");
}
