using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>A backend that cannot be reached at the start: the node lives, is not ready, says so, and goes on trying.</summary>
public abstract class UnreachableBackendTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const int Unavailable = 1429;

    [Fact]
    public async Task A_node_becomes_ready_when_its_backend_appears()
    {
        await rig.Server.EndAsync(Signal.Terminate);
        await using var node = await rig.LaunchNodeAsync(new NodeSettings());
        await IsNotReadyAsync(node, "ConnectionRefused");
        await rig.Server.StartAsync();
        await node.Process.ReadyAsync();
        await using var administrator = await rig.AdministratorAsync();
        await using (var client = await node.ConnectAsync())
            Assert.Equal("1", await client.QueryAsync("SELECT 1"));
        await node.RestsAsync(administrator);
    }

    [Fact]
    public async Task A_node_whose_account_has_the_wrong_password_is_ready_when_it_gets_the_right_one()
    {
        const string Wrong = "wrong-pass-0word";
        await using var node = new FaultNode(rig.Server);
        await node.LaunchAsync(new NodeSettings(), Wrong);
        await IsNotReadyAsync(node, "Access denied for user");
        Assert.DoesNotContain(Wrong, node.Process.Log, StringComparison.Ordinal);
        await node.WriteSecretAsync(FaultNode.AccountSecret, FaultNode.AccountPassword);
        await node.Process.ReadyAsync();
    }

    // MariaDB lets it in, and refuses all but a new password.
    [Fact]
    public async Task Clients_are_told_that_the_password_of_their_account_has_expired()
    {
        const string Other = FaultRig<TServer>.OtherAccount;
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync($"ALTER USER {Other} PASSWORD EXPIRE");
        await using (var node = await rig.StartNodeAsync(new NodeSettings { Account = Other }))
        {
            var (client, failure) = await node.TryConnectAsync();
            var told = failure?.Text ?? (await client!.TryAsync("SELECT 1")).ErrorText;
            Assert.Contains("password", told, StringComparison.OrdinalIgnoreCase);
        }

        await administrator.QueryAsync($"ALTER USER {Other} IDENTIFIED BY '{FaultNode.AccountPassword}'");
    }

    /// <summary>Expects that the log has these words soon, and that clients are told that the backend is not there.</summary>
    internal static async Task IsNotReadyAsync(FaultNode node, string why)
    {
        await Eventually.TrueAsync(
            () => node.Process.Log.Contains(why, StringComparison.Ordinal), $"the log does not say {why}:\n{node.Process.Log}");
        Assert.False(await node.Process.IsReadyAsync());
        Assert.Equal(Unavailable, (await node.TryConnectAsync()).Failure?.ServerErrorCode);
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbUnreachableBackendTests(FaultRig<MariaDbServer> rig) : UnreachableBackendTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlUnreachableBackendTests(FaultRig<MySqlServer> rig) : UnreachableBackendTests<MySqlServer>(rig);
