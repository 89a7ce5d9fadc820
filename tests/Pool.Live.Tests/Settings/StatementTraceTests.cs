using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Wire.Commands;

namespace Pool.Live.Tests.Settings;

/// <summary>Nobody reads the statements of another session out of what the server has recorded of the connection.</summary>
public abstract class StatementTraceTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    [Theory]
    [InlineData("profiling", "1", "0", "PROFILING", true)]
    [InlineData("profiling", "1", "0", "PROFILING", false)]
    [InlineData("optimizer_trace", "'enabled=on'", "'enabled=off'", "OPTIMIZER_TRACE", true)]
    [InlineData("optimizer_trace", "'enabled=on'", "'enabled=off'", "OPTIMIZER_TRACE", false)]
    public async Task A_session_sees_no_statement_that_another_had_traced(string variable, string on, string off, string table, bool ends)
    {
        var count = $"SELECT COUNT(*) FROM information_schema.{table}";

        // One connection for sessions, and one for control.
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 2 });
        await using var first = await node.ConnectAsync();
        await using var second = await node.ConnectAsync();
        await first.QueryAsync($"SET {variable} = {on}");
        await first.QueryAsync("SELECT 'secret'");
        await first.QueryAsync($"SET {variable} = {off}");
        Assert.NotEqual("0", await first.QueryAsync(count));
        if (ends)
        {
            await first.DisposeAsync();
        }
        else
        {
            await first.RunAsync(CommandCode.ResetConnection);
        }

        Assert.Equal("0", await second.QueryAsync(count));
        Assert.Empty((await second.TryAsync("SHOW PROFILES")).Rows);
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbStatementTraceTests(FaultRig<MariaDbServer> rig) : StatementTraceTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlStatementTraceTests(FaultRig<MySqlServer> rig) : StatementTraceTests<MySqlServer>(rig);
