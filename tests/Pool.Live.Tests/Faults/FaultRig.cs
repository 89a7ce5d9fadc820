using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>
/// A server that tests may stop, kill and restart, and nodes in front of it, usually one for each test. The nodes' account is another
/// than the tests' own, so that the server's process list tells their connections apart.
/// </summary>
/// <typeparam name="TServer">Which server.</typeparam>
public sealed class FaultRig<TServer> : IAsyncLifetime
    where TServer : DatabaseServer, new()
{
    /// <summary>The server's user of the nodes.</summary>
    public const string Account = "backend";

    /// <summary>Another one, for routes that change.</summary>
    public const string OtherAccount = "other";

    private (NodeSettings Settings, FaultNode Node)? _kept;

    /// <summary>The server.</summary>
    public TServer Server { get; } = new();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        try
        {
            await Server.StartAsync();
            foreach (var account in new[] { Account, OtherAccount })
                await Server.QueryAsync($"CREATE USER {account} IDENTIFIED BY '{FaultNode.AccountPassword}'; GRANT ALL ON *.* TO {account}");
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
        await EndKeptAsync();
        await Server.DisposeAsync();
    }

    /// <summary>A client of the server itself, who may do everything.</summary>
    internal Task<SqlClient> AdministratorAsync() =>
        SqlClient.ConnectAsync(Server.Port, DatabaseServer.User, DatabaseServer.Password);

    /// <summary>A node that is ready.</summary>
    internal async Task<FaultNode> StartNodeAsync(NodeSettings? settings = null)
    {
        var node = await LaunchNodeAsync(settings ?? new NodeSettings());
        try
        {
            await node.Process.ReadyAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A node that may have served the test before, since a start costs more than most tests: for those that compare what clients are told, and neither
    /// count what the node has done nor define stored code that it would read at its start.
    /// </summary>
    internal async Task<FaultNode> KeptNodeAsync(NodeSettings settings)
    {
        if (_kept is { } kept && kept.Settings == settings && await kept.Node.HasComeToRestAsync())
            return kept.Node;
        var node = await StartNodeAsync(settings);
        node.IsKept = true;
        _kept = (settings, node);
        return node;
    }

    /// <summary>A node that may never become ready.</summary>
    internal async Task<FaultNode> LaunchNodeAsync(NodeSettings settings)
    {
        // Its connections would be in the process list too.
        await EndKeptAsync();
        var node = new FaultNode(Server);
        await node.LaunchAsync(settings);
        return node;
    }

    private async ValueTask EndKeptAsync()
    {
        if (_kept is { } kept)
        {
            _kept = null;
            await kept.Node.Process.DisposeAsync();
        }
    }
}

/// <summary>The faults of MariaDB, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class MariaDbFaults : ICollectionFixture<FaultRig<MariaDbServer>>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "MariaDB faults";
}

/// <summary>The faults of MySQL.</summary>
[CollectionDefinition(Name)]
public sealed class MySqlFaults : ICollectionFixture<FaultRig<MySqlServer>>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "MySQL faults";
}
