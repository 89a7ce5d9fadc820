using System.Text.Json;
using Pool.Actors.Pooling;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Orm;

/// <summary>A node with so few connections that sessions which kept one would have no room.</summary>
internal sealed class SmallNode : IAsyncDisposable
{
    /// <summary>How many connections all sessions share.</summary>
    private const int Connections = 2;
    private const int Reserved = 1;
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);
    private readonly PoolNode _node = new();

    /// <summary>Where clients connect.</summary>
    public int Port => _node.Port;

    /// <summary>Starts one in front of a server.</summary>
    public static async Task<SmallNode> StartAsync(DatabaseServer server)
    {
        var node = new SmallNode();
        var password = new { Environment = "LIVE_PASSWORD" };
        var configuration = JsonSerializer.Serialize(new
        {
            Listeners = new[] { new { Name = "main", node.Port, Backend = "main" } },
            Backends = new[]
            {
                new { Name = "main", Host = "127.0.0.1", server.Port, MaxConnections = Connections + Reserved, ReservedConnections = Reserved },
            },
            Accounts = new[] { new { Name = "main", Backend = "main", DatabaseServer.User, Password = password } },
            Users = new[] { new { Name = DatabaseServer.User, Password = password } },
            Routes = new[] { new { Account = "main" } },
            Admin = new { Port = node._node.AdminPort },
            Log = new { Level = "Information", Format = "text" },
        });
        try
        {
            await node._node.StartAsync(configuration, new Dictionary<string, string> { ["LIVE_PASSWORD"] = DatabaseServer.Password });
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Expects that at least so many sessions are open, and that none of them keeps a connection.</summary>
    public async Task KeepsNothingAsync(int sessions)
    {
        var seen = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var open = JsonSerializer.Deserialize<Session[]>(await _node.AdminAsync("/sessions"), s_json)!;
                var pool = JsonSerializer.Deserialize<View[]>(await _node.AdminAsync("/pools"), s_json)![0].Snapshot;
                seen = $"{string.Join('\n', open.AsEnumerable())}\n{pool}";
                return open.Length >= sessions && open.All(s => s is { State: "idle", Pinned: null }) && pool.Leased == 0;
            },
            () => $"of at least {sessions} idle sessions some keep a connection:\n{seen}\n{_node.Log}");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _node.DisposeAsync();

    private sealed record Session(uint Id, string State, string? Pinned, string? Statement);

    private sealed record View(PoolSnapshot Snapshot);
}
