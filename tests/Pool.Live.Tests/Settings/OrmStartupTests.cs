using System.Globalization;
using System.Text;
using System.Text.Json;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Live.Tests.Twin;
using Pool.Wire.Commands;

namespace Pool.Live.Tests.Settings;

/// <summary>What ORMs send on each new connection costs the server nothing once a session of the kind was there.</summary>
public abstract class OrmStartupTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private static readonly WireIdentity s_direct = new(FaultRig<TServer>.OtherAccount, FaultNode.AccountPassword, "pool");
    private static readonly WireIdentity s_pooled = new(FaultNode.User, FaultNode.UserPassword, "pool");

    [Fact]
    public async Task After_the_first_session_of_a_kind_no_SET_of_it_reaches_the_server_and_none_pins()
    {
        var (isMySql, faults, learned) = (typeof(TServer) == typeof(MySqlServer), new List<string>(), 0);
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 4 });
        await administrator.QueryAsync("SET GLOBAL log_output = 'TABLE'");
        await administrator.QueryAsync("SET GLOBAL general_log = ON");
        try
        {
            foreach (var stream in StartupStream.All.Where(s => s.Servers.Length == 0 || s.Servers == (isMySql ? "MySQL" : "MariaDB")))
            {
                await CompareAsync(stream, node, faults);
                learned += await LoggedAsync(administrator, stream);
                await administrator.QueryAsync("TRUNCATE TABLE mysql.general_log");
                await CompareAsync(stream, node, faults);
                if (await LoggedAsync(administrator, stream) is > 0 and var again)
                    faults.Add($"{stream.Name}: {again} SETs reached the server again");
            }
        }
        finally
        {
            await administrator.QueryAsync("SET GLOBAL general_log = OFF");
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.True(learned > 0, "the log shows no SET at all");
    }

    private static async Task<int> LoggedAsync(SqlClient administrator, StartupStream stream)
    {
        var sets = stream.Statements.Select(s => s.TrimStart('!', ' ')).Where(s => s.StartsWith("SET", StringComparison.OrdinalIgnoreCase)).Select(s => $"'{s.Replace("'", "''", StringComparison.Ordinal)}'");
        var count = await administrator.QueryAsync(
            $"SELECT COUNT(*) FROM mysql.general_log WHERE user_host LIKE '{FaultRig<TServer>.Account}[%' AND argument IN ({string.Join(", ", sets)})");
        return int.Parse(count!, CultureInfo.InvariantCulture);
    }

    // As a new session and as a direct connection, which is told the same; it stays until it has been looked at.
    private async Task CompareAsync(StartupStream stream, FaultNode node, List<string> faults)
    {
        await using var direct = await WireClient.ConnectAsync(rig.Server.Port, s_direct);
        await using var session = await WireClient.ConnectAsync(node.Process.Port, s_pooled);
        foreach (var statement in stream.Statements)
        {
            var (its, other) = (await RunAsync(direct, statement), await RunAsync(session, statement));
            if (!statement.Contains("CONNECTION_ID", StringComparison.Ordinal) && its.DifferenceTo(other) is { } difference)
                faults.Add($"{stream.Name}: {statement}: {difference}");
        }

        var seen = "";
        await Eventually.TrueAsync(async () => (seen = await StateAsync(node, session.Id)) == "idle",
            () => $"{stream.Name}: the session is {seen} after its start");
    }

    // What the server says to a statement; to one that is prepared, to its execute as well.
    private static async Task<WireReply> RunAsync(WireClient client, string statement)
    {
        if (!statement.StartsWith('!'))
            return await client.QueryAsync(statement);
        var prepared = await client.RunAsync(CommandCode.StmtPrepare, Encoding.UTF8.GetBytes(statement[2..]));
        if (prepared.ErrorCode != 0)
            return prepared;
        var id = BitConverter.GetBytes(client.PreparedId);
        var reply = await client.RunAsync(CommandCode.StmtExecute, [.. id, 0, 1, 0, 0, 0]);
        await client.RunAsync(CommandCode.StmtClose, id);
        return new WireReply([.. prepared.Packets, .. reply.Packets]);
    }

    private static async Task<string> StateAsync(FaultNode node, uint id)
    {
        using var list = JsonDocument.Parse(await node.Process.AdminAsync("/sessions"));
        var own = list.RootElement.EnumerateArray().Single(s => s.GetProperty("id").GetUInt32() == id);
        var state = own.GetProperty("state").GetString()!;
        return state == "idle" ? state : $"{state} ({own.GetProperty("pinned")})";
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbOrmStartupTests(FaultRig<MariaDbServer> rig) : OrmStartupTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlOrmStartupTests(FaultRig<MySqlServer> rig) : OrmStartupTests<MySqlServer>(rig);
