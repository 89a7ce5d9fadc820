using System.Text.Json;

namespace Pool.Live.Tests.Support;

/// <summary>One real server with one real node in front of it, shared by all tests about that server.</summary>
/// <typeparam name="TServer">Which server.</typeparam>
public sealed class Rig<TServer> : IAsyncLifetime
    where TServer : DatabaseServer, new()
{
    /// <summary>A client user whose password the node only knows as hashes.</summary>
    public const string HashedUser = "hashed";

    /// <summary>A client user without a password.</summary>
    public const string OpenUser = "open";

    /// <summary>A client user whose account is reached without TLS.</summary>
    public const string PlainUser = "plain";

    /// <summary>A client user whose account logs in by sha256_password, where the server has that.</summary>
    public const string Sha256User = "sha256";

    /// <summary>The server.</summary>
    public TServer Server { get; } = new();

    /// <summary>The node.</summary>
    public PoolNode Node { get; } = new();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        try
        {
            await Server.StartAsync();
            await Node.StartAsync(await Configuration(), new Dictionary<string, string> { ["LIVE_PASSWORD"] = DatabaseServer.Password });
        }
        catch
        {
            // The runner disposes only what has started.
            await DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        await Server.DisposeAsync();
    }

    private async Task<string> Configuration()
    {
        var sha256 = Server is MySqlServer;
        if (sha256)
            await CreateSha256User();
        var secret = new { Environment = "LIVE_PASSWORD" };
        object Backend(string name, string tls) => new { Name = name, Host = "127.0.0.1", Server.Port, Tls = new { Mode = tls } };
        object Account(string name, string backend, string user) => new { Name = name, Backend = backend, User = user, Password = secret };
        object Route(string user, string account) => new { Listener = "*", User = user, Database = "*", Account = account };
        var own = sha256 ? new[] { Sha256User } : [];
        return JsonSerializer.Serialize(new
        {
            Node = new { Name = "live" },
            Listeners = new[] { new { Name = "main", Address = "127.0.0.1", Node.Port, Backend = "main", Tls = new { Mode = "optional" } } },
            Backends = new[] { Backend("main", "required"), Backend("plain", "disabled") },
            Accounts = new[]
            {
                Account("main", "main", DatabaseServer.User), Account("plain", "plain", DatabaseServer.User),
            }.Concat(own.Select(u => Account(u, "main", u))),
            Users = new[] { DatabaseServer.User, PlainUser }.Concat(own).Select(u => (object)new { Name = u, Password = secret })
                .Append(new { Name = OpenUser, Password = (object?)null })
                .Append(new { Name = HashedUser, Verifier = await Verifier() }),
            Routes = new[]
            {
                Route(DatabaseServer.User, "main"), Route(PlainUser, "plain"), Route(HashedUser, "main"), Route(OpenUser, "main"),
            }.Concat(own.Select(u => Route(u, u))),
            Admin = new { Address = "127.0.0.1", Port = Node.AdminPort },
            Log = new { Level = "Debug", Format = "text" },
        });
    }

    private async Task CreateSha256User()
    {
        var quoted = DatabaseServer.Password.Replace("'", "\\'", StringComparison.Ordinal);
        await Server.QueryAsync($"CREATE USER {Sha256User} IDENTIFIED WITH sha256_password BY '{quoted}'; GRANT ALL ON *.* TO {Sha256User}");
    }

    /// <summary>The hashes as the server itself stores them.</summary>
    private async Task<Dictionary<string, string>> Verifier()
    {
        var (name, sql) = Server is MySqlServer
            ? ("CachingSha2", $"SELECT HEX(authentication_string) FROM mysql.user WHERE user = '{DatabaseServer.User}'")
            : ("NativePassword", $"SELECT HEX(authentication_string) FROM mysql.user WHERE user = '{DatabaseServer.User}'");
        return new() { [name] = System.Text.Encoding.Latin1.GetString(Convert.FromHexString(await Server.QueryAsync(sql))) };
    }
}
