using System.Text.Json;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.StoredCode;

/// <summary>Definitions to try at a server, and whether a node keeps a session's connection for them.</summary>
internal static class StoredCodeTrial
{
    /// <summary>Makes the schema anew, with these definitions in it; what is returned uses it.</summary>
    public static async Task<SqlClient> DefineAsync<TServer>(FaultRig<TServer> rig, string schema, params string[] definitions)
        where TServer : DatabaseServer, new()
    {
        var administrator = await rig.AdministratorAsync();
        foreach (var sql in (string[])[$"DROP DATABASE IF EXISTS {schema}", $"CREATE DATABASE {schema}", $"USE {schema}", .. definitions])
        {
            await administrator.QueryAsync(sql);
        }

        return administrator;
    }

    /// <summary>Runs each statement in a session of its own, and checks whether that keeps its connection.</summary>
    public static async Task AssertKeepsAsync(FaultNode node, string schema, params (string Sql, bool Keeps)[] statements)
    {
        foreach (var (sql, keeps) in statements)
        {
            await using var client = await node.ConnectAsync();
            await client.QueryAsync($"USE {schema}");
            await client.TryAsync(sql);
            Assert.True(keeps == await IsKeptAsync(node, client), sql);
        }
    }

    /// <summary>True if the session keeps its connection for what stored code may have left there.</summary>
    public static async Task<bool> IsKeptAsync(FaultNode node, SqlClient client)
    {
        // The client may have its reply before the node has drawn its conclusions; it has when it serves the next statement.
        await client.QueryAsync("DO 0");
        using var sessions = JsonDocument.Parse(await node.Process.AdminAsync("/sessions"));
        var own = sessions.RootElement.EnumerateArray().Single(s => s.GetProperty("id").GetUInt64() == client.Id);
        return own.GetProperty("pinned").GetString()?.Contains("StoredCode", StringComparison.Ordinal) == true;
    }
}
