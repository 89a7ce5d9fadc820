using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Twin;

/// <summary>Two servers of the same kind and with the same contents: one for direct connections, one with nodes in front.</summary>
/// <typeparam name="TServer">Which kind.</typeparam>
public sealed class TwinRig<TServer> : IAsyncLifetime
    where TServer : DatabaseServer, new()
{
    /// <summary>The clients' user, at either server and at the nodes: an ordinary one.</summary>
    public const string User = "twin";

    /// <summary>The connections that sessions share at the nodes: their cap without those that they reserve.</summary>
    public const int Connections = 4;

    private const string Password = "Twin-pass-0word-long";

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
                // Their databases are made anew all the time, and need not survive. Statistics that a server renews when it has time make one
                // of the two choose an index, and tell so, where the other does not.
                await server.StartAsync("--innodb-buffer-pool-size=32M", "--innodb-flush-method=nosync", "--innodb-stats-auto-recalc=OFF");
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

    /// <summary>Fresh nodes in front of the server, with so many connections for sessions to share; null for no nodes.</summary>
    internal async Task<TwinNodes?> StartNodesAsync(int nodes, int connections = Connections) => nodes == 0 ? null
        : await TwinNodes.StartAsync(nodes, Pooled, Identity(""), connections, TimeSpan.FromSeconds(connections < Connections ? 4 : 10));

    private static async Task<(string Name, string? Value)[]> VariablesAsync(DatabaseServer server)
    {
        await using var administrator = await AdministratorAsync(server);
        return [.. (await administrator.QueryAsync("SHOW VARIABLES")).Rows.Select(r => (r[0]!, r[1]))];
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
