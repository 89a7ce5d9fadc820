using System.Text.Json;
using Pool.Actors.Sessions;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Live.Tests.Twin;
using Pool.Wire.Commands;

namespace Pool.Live.Tests.Settings;

/// <summary>
/// Every variable that the server lets a session set, one by one: a session that has set it sees it on every connection, and
/// another session on none.
/// </summary>
public abstract class EveryVariableTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private static readonly WireIdentity s_direct = new(FaultRig<TServer>.Account, FaultNode.AccountPassword, "pool");
    private static readonly WireIdentity s_pooled = new(FaultNode.User, FaultNode.UserPassword, "pool");

    [Fact]
    public async Task A_session_sees_each_variable_that_it_sets_on_every_connection_and_no_other_session_does()
    {
        var probe = await ProbeAsync();
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 3 });
        var faults = new List<string>();
        var sessions = await Sessions.ConnectAsync(node);
        foreach (var variable in probe.Settable.Where(v => !EveryVariable.Exceptions.ContainsKey(v.Name)))
        {
            if (await sessions.TryAsync(variable) is not { } fault)
                continue;
            faults.Add($"{variable.Statement}: {fault}");
            await sessions.DisposeAsync();
            sessions = await Sessions.ConnectAsync(node);
        }

        await sessions.DisposeAsync();
        Assert.True(faults.Count == 0, $"{faults.Count} of {probe.Settable.Count}:\n{string.Join("\n", faults)}");
        Assert.True(probe.Settable.Count > 100, $"only {probe.Settable.Count} variables can be set");
    }

    [Fact]
    public async Task For_every_variable_that_can_be_set_another_value_is_known()
    {
        var skipped = (await ProbeAsync()).Skipped.Except(EveryVariable.WithoutOtherValue.Keys).ToArray();
        Assert.True(skipped.Length == 0, $"no other value found for: {string.Join(", ", skipped)}");
    }

    [Fact]
    public async Task What_the_server_refuses_is_refused_in_its_own_words_and_leaves_the_session_as_it_was()
    {
        string[] wrong =
        [
            "SET SESSION nonsense = 1", "SET sort_buffer_size = 'x'", "SET sql_mode = 'NONSENSE'", "SET time_zone = 'Mars/Phobos'", "SET sort_buffer_size = 300000, nonsense = 1",
            "SET NAMES nonsense", "SET autocommit = 7", "SET character_set_client = ucs2", "SET sort_buffer_size = NULL", "SET @@session.version = 'x'", "SET SESSION max_connections = 5",
        ];
        var probe = await ProbeAsync();
        await using var direct = await WireClient.ConnectAsync(rig.Server.Port, s_direct);
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 3 });
        await using var session = await WireClient.ConnectAsync(node.Process.Port, s_pooled);
        var before = await session.QueryAsync("SHOW SESSION VARIABLES");
        var faults = new List<string>();
        foreach (var statement in probe.Refused.Select(r => r.Statement).Concat(wrong))
        {
            if ((await direct.QueryAsync(statement)).DifferenceTo(await session.QueryAsync(statement)) is { } difference)
                faults.Add($"{statement}: {difference}");
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
        var after = await session.QueryAsync("SHOW SESSION VARIABLES");
        Assert.Equal(Compared(before), Compared(after));
    }

    private static IEnumerable<string> Compared(WireReply variables) =>
        variables.Rows.Where(r => !EveryVariable.Exceptions.ContainsKey(r[0]!)).Select(r => $"{r[0]}={r[1]}");

    private async Task<VariableProbe> ProbeAsync()
    {
        await using var direct = await WireClient.ConnectAsync(rig.Server.Port, s_direct);
        var probe = new VariableProbe(direct);
        await probe.RunAsync();
        return probe;
    }

    /// <summary>
    /// Two sessions over two connections, and two more that can occupy one each: what the two do then happens on the other.
    /// </summary>
    private sealed class Sessions(WireClient setter, WireClient bystander, WireClient first, WireClient second, FaultNode node) : IAsyncDisposable
    {
        public static async Task<Sessions> ConnectAsync(FaultNode node)
        {
            var clients = new WireClient[4];
            for (var i = 0; i < clients.Length; i++)
            {
                clients[i] = await WireClient.ConnectAsync(node.Process.Port, s_pooled);
                await clients[i].QueryAsync(EveryVariable.SetNames);
            }

            return new Sessions(clients[0], clients[1], clients[2], clients[3], node);
        }

        /// <summary>What is wrong with a variable; null if nothing is.</summary>
        public async Task<string?> TryAsync(SettableVariable variable)
        {
            var fault = await SetAndReadAsync(variable);
            if (fault is not null)
                fault += $"\n      {await node.Process.AdminAsync("/sessions")}";
            await first.QueryAsync("COMMIT");
            await second.QueryAsync("COMMIT");
            await setter.RunAsync(CommandCode.ResetConnection, []);
            await setter.QueryAsync(EveryVariable.SetNames);
            return fault ?? Differs("after its reset", variable.Before, await setter.QueryAsync(SettableVariable.Read(variable.Name)));
        }

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            foreach (var client in new[] { setter, bystander, first, second })
                await client.DisposeAsync();
        }

        private async Task<string?> SetAndReadAsync(SettableVariable variable)
        {
            if (Differs("the SET", variable.Answer, await setter.QueryAsync(variable.Statement)) is { } refused)
                return refused;
            var atFirst = await ReadAsync(variable, "at first");
            if (atFirst is not null || await IsPinnedAsync())
                return atFirst;
            await OccupyAsync(first);
            if (await ReadAsync(variable, "on one connection") is { } onOne)
                return onOne;
            await OccupyAsync(second);
            await first.QueryAsync("COMMIT");
            return await ReadAsync(variable, "on the other connection");
        }

        private async Task<string?> ReadAsync(SettableVariable variable, string where)
        {
            var read = SettableVariable.Read(variable.Name);
            return Differs($"{where}, the setter", variable.After, await setter.QueryAsync(read))
                ?? Differs($"{where}, the bystander", variable.Before, await bystander.QueryAsync(read))
                ?? Differs($"{where}, the setter again", variable.After, await setter.QueryAsync(read));
        }

        private static string? Differs(string who, WireReply expected, WireReply actual) =>
            expected.DifferenceTo(actual) is { } difference ? $"{who}: {difference}" : null;

        private static async Task OccupyAsync(WireClient client)
        {
            Assert.Equal(0, (await client.QueryAsync("BEGIN")).ErrorCode);
            Assert.Equal(0, (await client.QueryAsync("SELECT 1")).ErrorCode);
        }

        // What cannot move stays where it is. A session may have something to do yet after its client has the answer.
        private async Task<bool> IsPinnedAsync()
        {
            var (state, reasons) = ("", (string?)null);
            await Eventually.TrueAsync(
                async () =>
                {
                    using var list = JsonDocument.Parse(await node.Process.AdminAsync("/sessions"));
                    var own = list.RootElement.EnumerateArray().Single(s => s.GetProperty("id").GetUInt32() == setter.Id);
                    (state, reasons) = (own.GetProperty("state").GetString()!, own.GetProperty("pinned").GetString());
                    return state is not ("running" or "waiting");
                },
                () => $"the session does not come to rest: {state}");
            return state == "pinned" && reasons != nameof(PinReasons.Diagnostics);
        }
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbEveryVariableTests(FaultRig<MariaDbServer> rig) : EveryVariableTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlEveryVariableTests(FaultRig<MySqlServer> rig) : EveryVariableTests<MySqlServer>(rig);
