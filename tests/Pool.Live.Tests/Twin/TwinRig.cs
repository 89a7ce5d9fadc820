using System.Text.Json;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Twin;

/// <summary>Two servers of the same kind and with the same contents: one for direct connections, one with a node in front.</summary>
/// <typeparam name="TServer">Which kind.</typeparam>
public sealed class TwinRig<TServer> : IAsyncLifetime
    where TServer : DatabaseServer, new()
{
    /// <summary>The clients' user, at either server and at the node: an ordinary one.</summary>
    public const string User = "twin";

    /// <summary>The connections of the node that sessions share: its cap without the one that it reserves.</summary>
    public const int Connections = 4;

    private const string Password = "Twin-pass-0word";

    /// <summary>The server of the direct twins.</summary>
    public TServer Direct { get; } = new();

    /// <summary>The server behind the node.</summary>
    public TServer Pooled { get; } = new();

    /// <summary>Variables that are not compared.</summary>
    public IReadOnlySet<string> Ignored { get; private set; } = new HashSet<string>();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        try
        {
            foreach (var server in new[] { Direct, Pooled })
            {
                // Their databases are made anew all the time, and need not survive.
                await server.StartAsync("--innodb-buffer-pool-size=32M", "--innodb-flush-method=nosync");
                await server.QueryAsync($"CREATE USER {User} IDENTIFIED BY '{Password}'; GRANT ALL ON `twc%`.* TO {User}");
                foreach (var statement in TwinSchema.Shared)
                    await server.QueryAsync(statement);
                await server.QueryAsync($"GRANT SELECT, LOCK TABLES ON tw.* TO {User}");
            }

            var (direct, pooled) = (await VariablesAsync(Direct), await VariablesAsync(Pooled));
            Ignored = direct.Except(pooled).Select(v => v.Name).Concat(KnownDifferences.Variables.Keys).ToHashSet();
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
        await Direct.DisposeAsync();
        await Pooled.DisposeAsync();
    }

    /// <summary>A client's login.</summary>
    internal static WireIdentity Identity(string database) => new(User, Password, database);

    /// <summary>An administrator's connection.</summary>
    internal static Task<WireClient> AdministratorAsync(DatabaseServer server) =>
        WireClient.ConnectAsync(server.Port, new WireIdentity(DatabaseServer.User, DatabaseServer.Password, "mysql"));

    /// <summary>A fresh node, with so many connections for sessions to share.</summary>
    public async Task<PoolNode> StartNodeAsync(int connections = Connections)
    {
        var node = new PoolNode();
        try
        {
            await node.StartAsync(Configuration(node, connections), new Dictionary<string, string> { ["TWIN_PASSWORD"] = Password });
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    private static async Task<(string Name, string? Value)[]> VariablesAsync(DatabaseServer server)
    {
        await using var administrator = await AdministratorAsync(server);
        return [.. (await administrator.QueryAsync("SHOW VARIABLES")).Rows.Select(r => (r[0]!, r[1]))];
    }

    private string Configuration(PoolNode node, int connections)
    {
        var secret = new { Environment = "TWIN_PASSWORD" };
        return JsonSerializer.Serialize(new
        {
            Listeners = new[] { new { Name = "main", node.Port, Backend = "main", HandshakeTimeout = "00:02:00" } },
            Backends = new[]
            {
                new
                {
                    Name = "main", Host = "127.0.0.1", Pooled.Port, MaxConnections = connections + 1, Tls = new { Mode = "disabled" },

                    // Ends a client that waits for connections that others keep, see TwinRun; on a slow machine nothing else may end anything.
                    LeaseTimeout = connections < Connections ? "00:00:04" : "00:00:10", ConnectTimeout = "00:02:00", ClientWriteTimeout = "00:10:00",
                    IdleInTransactionTimeout = "01:00:00", IdlePinnedTimeout = "01:00:00",
                },
            },
            Accounts = new[] { new { Name = User, Backend = "main", User, Password = secret } },
            Users = new[] { new { Name = User, Password = secret } },
            Routes = new[] { new { Account = User } },
            Admin = new { Port = node.AdminPort },
            Log = new { Level = "Information", Format = "text" },
        });
    }
}

/// <summary>The twins of MariaDB.</summary>
[CollectionDefinition(Name)]
public sealed class MariaDbTwins : ICollectionFixture<TwinRig<MariaDbServer>>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "MariaDB twins";
}

/// <summary>The twins of MySQL.</summary>
[CollectionDefinition(Name)]
public sealed class MySqlTwins : ICollectionFixture<TwinRig<MySqlServer>>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "MySQL twins";
}
