using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>SIGHUP: a new configuration takes effect while clients are served.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class ReloadTests(FaultRig<MariaDbServer> rig)
{
    private const int AccessDenied = 1045;

    [Fact]
    public async Task A_smaller_cap_holds_soon_under_load_and_a_larger_one_is_used()
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var referee = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        var traffic = await Traffic.StartAsync(administrator, node, clients: 20, seed: 8);
        await traffic.ProgressAsync(100);
        foreach (var cap in new[] { 4, 9 })
        {
            await node.ReloadAsync(new NodeSettings { MaxConnections = cap });
            await Eventually.TrueAsync(
                async () => await ProcessList.CountAsync(administrator, FaultRig<MariaDbServer>.Account) <= cap, () => "too many stay");
            await using var list = ProcessList.Watch(referee, FaultRig<MariaDbServer>.Account);
            await traffic.ProgressAsync(300);
            Assert.InRange(list.Highest, cap - 1, cap);
        }

        await traffic.StopAsync();
        await traffic.VerifyAsync(administrator);
        Assert.True(traffic.Errors == 0, $"{traffic}");
        await node.RestsAsync(administrator);
    }

    [Fact]
    public async Task A_users_new_password_is_asked_for_and_those_who_are_in_stay()
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        await using var before = await node.ConnectAsync();
        await node.WriteSecretAsync(FaultNode.UserSecret, "Another-pass-0word");
        await node.ReloadAsync(new NodeSettings());
        Assert.Equal(AccessDenied, (await node.TryConnectAsync()).Failure?.ServerErrorCode);
        await using var after = await node.ConnectAsync("Another-pass-0word");
        Assert.Equal("1", await after.QueryAsync("SELECT 1"));
        Assert.Equal("1", await before.QueryAsync("SELECT 1"));
        await node.RestsAsync(administrator, sessions: 2);
    }

    [Fact]
    public async Task An_accounts_new_password_is_used_for_the_next_connection()
    {
        const string New = "Renewed-pass-0word";
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        await using var client = await node.ConnectAsync();
        await administrator.QueryAsync($"ALTER USER {FaultRig<MariaDbServer>.Account} IDENTIFIED BY '{New}'");
        try
        {
            await node.WriteSecretAsync(FaultNode.AccountSecret, New);
            await node.ReloadAsync(new NodeSettings());
            await client.QueryAsync("BEGIN");
            await using var second = await node.ConnectAsync();
            await second.QueryAsync("SELECT 1");
            await client.QueryAsync("COMMIT");
        }
        finally
        {
            await administrator.QueryAsync($"ALTER USER {FaultRig<MariaDbServer>.Account} IDENTIFIED BY '{FaultNode.AccountPassword}'");
        }
    }

    [Fact]
    public async Task A_new_route_leads_the_next_sessions_to_the_other_account()
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        await using var before = await node.ConnectAsync();
        await node.ReloadAsync(new NodeSettings { Account = FaultRig<MariaDbServer>.OtherAccount });
        await using var after = await node.ConnectAsync();
        Assert.StartsWith(FaultRig<MariaDbServer>.OtherAccount + "@", await after.QueryAsync("SELECT CURRENT_USER()"), StringComparison.Ordinal);
        Assert.StartsWith(FaultRig<MariaDbServer>.Account + "@", await before.QueryAsync("SELECT CURRENT_USER()"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_with_a_mistake_changes_nothing()
    {
        await using var node = await rig.StartNodeAsync();
        await node.Process.ConfigureAsync("{ \"Backends\": 1 }");
        node.Process.Send(Signal.HangUp);
        await Eventually.TrueAsync(
            () => node.Process.Log.Contains("The new configuration was refused", StringComparison.Ordinal), "nobody minds the mistake");
        await using var client = await node.ConnectAsync();
        Assert.Equal("1", await client.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_backend_that_is_taken_out_with_its_account_stays_until_a_restart()
    {
        await using var node = await rig.StartNodeAsync(new NodeSettings { HasSecondBackend = true });
        await node.Process.ConfigureAsync(new NodeSettings().Write(rig.Server, node.Process));
        node.Process.Send(Signal.HangUp);
        await Eventually.TrueAsync(
            () => node.Process.Log.Contains("Backends[1].Name = \"second\": must be the Backend of one of the Accounts", StringComparison.Ordinal),
            "nobody minds that the backend has no account");
        await using var client = await node.ConnectAsync();
        Assert.Equal("1", await client.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task An_account_that_is_taken_out_is_not_missed_by_the_pools_own_work()
    {
        const string Other = FaultRig<MariaDbServer>.OtherAccount;
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        var settings = new NodeSettings { Account = Other };
        await node.ReloadAsync(settings with { Accounts = [Other, FaultRig<MariaDbServer>.Account] });
        await LoseAllAsync();
        await HasControlAsync(FaultRig<MariaDbServer>.Account);

        await node.ReloadAsync(settings with { Accounts = [Other] });
        await LoseAllAsync();
        await HasControlAsync(Other);

        async Task LoseAllAsync()
        {
            foreach (var account in new[] { FaultRig<MariaDbServer>.Account, Other })
                await administrator.QueryAsync($"KILL CONNECTION USER {account}");
        }

        // Nothing else is open, for there is no client.
        Task HasControlAsync(string account) => Eventually.TrueAsync(
            async () => await ProcessList.CountAsync(administrator, account) == 1 && await node.PoolAsync() is { Control: 1, Active: 0 },
            () => $"the control connection is not opened again as {account}\n{node.Process.Log}");
    }
}
