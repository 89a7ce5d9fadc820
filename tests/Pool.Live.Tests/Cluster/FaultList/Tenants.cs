using System.Collections.Concurrent;
using System.Globalization;
using Pool.Actors.Backends;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster.FaultList;

/// <summary>
/// Sessions at every node, more than there are connections, each with settings, user variables, a database and a last insert id of its own. They
/// ask for them again and again, within transactions and outside; whoever is thrown out begins anew, at the same node. An answer
/// that is another's is remembered.
/// </summary>
internal sealed class Tenants : IAsyncDisposable
{
    private const int PerNode = 6;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly NodeCluster _cluster;
    private readonly CancellationTokenSource _leave = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentDictionary<string, int> _errors = new();
    private readonly int[] _served;
    private readonly Task _staying;

    private Tenants(NodeCluster cluster)
    {
        (_cluster, _served) = (cluster, new int[cluster.Nodes.Count]);
        _staying = Task.WhenAll(Enumerable.Range(0, _served.Length * PerNode).Select(number => Task.Run(() => StayAsync(number))));
    }

    /// <summary>Answers that were another's, or nobody's, and errors that no page has.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>Makes their table, and lets them in.</summary>
    public static async Task<Tenants> EnterAsync(SqlClient administrator, NodeCluster cluster)
    {
        await administrator.QueryAsync("CREATE TABLE IF NOT EXISTS pool.tenants (id BIGINT AUTO_INCREMENT PRIMARY KEY, who VARCHAR(20)) ENGINE=InnoDB");
        return new Tenants(cluster);
    }

    /// <summary>How often one of a node's has seen what is its own.</summary>
    public int ServedAt(int node) => Volatile.Read(ref _served[node]);

    /// <summary>Whether those of a node have got on since then, or nobody needs to any more.</summary>
    public bool HasProgressed(int node, int since) => ServedAt(node) >= since + PerNode || !_wrong.IsEmpty;

    /// <inheritdoc/>
    public override string ToString() =>
        $"served {string.Join(", ", _served)}; errors: {string.Join(", ", _errors.Select(e => $"{e.Value} x {e.Key}"))}";

    /// <summary>Lets them leave after what they do.</summary>
    public async Task LeaveAsync()
    {
        await _leave.CancelAsync();
        await _staying;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        _leave.Dispose();
    }

    private async Task StayAsync(int number)
    {
        var node = number % _served.Length;
        for (var life = 0; !_leave.IsCancellationRequested; life++)
        {
            var (client, failure) = await SqlClient.TryConnectAsync(_cluster.Nodes[node].Port, NodeCluster.User, NodeCluster.UserPassword);
            if (client is null)
            {
                Note($"login {(failure!.ServerErrorCode == 0 ? failure.Kind.ToString() : failure.ServerErrorCode.ToString(CultureInfo.InvariantCulture))}");
                await Task.Delay(s_pause);
                continue;
            }

            await using (client)
                await LiveAsync(client, node, Tenant.Of(number, life));
        }
    }

    private async Task LiveAsync(SqlClient client, int node, Tenant tenant)
    {
        if (!await DoneAsync(client, $"SET time_zone = '{tenant.Zone}', @me = '{tenant.Name}'") || !await DoneAsync(client, $"USE {tenant.Database}"))
            return;

        var insertId = "0";
        for (var turn = 0; !_leave.IsCancellationRequested; turn++)
        {
            if (turn % 4 == 3)
            {
                if (!await DoneAsync(client, $"INSERT INTO pool.tenants (who) VALUES ('{tenant.Name}')"))
                    return;
                insertId = client.Last.LastInsertId.ToString(CultureInfo.InvariantCulture);
            }

            var inTransaction = turn % 8 == 1;
            if (inTransaction && !await DoneAsync(client, "BEGIN"))
                return;
            if (!await IsOwnAsync(client, [tenant.Name, tenant.Zone, tenant.Database, insertId], $"node {node + 1}, turn {turn}"))
                return;
            if (inTransaction && !await DoneAsync(client, "COMMIT"))
                return;

            Interlocked.Increment(ref _served[node]);
            await Task.Delay(s_pause);
        }
    }

    private async Task<bool> IsOwnAsync(SqlClient client, string[] own, string when)
    {
        var result = await client.TryAsync("SELECT @me, @@time_zone, DATABASE(), LAST_INSERT_ID(), SLEEP(0.01)");
        if (!result.Succeeded)
            return Note(result);

        var seen = result.Rows is [var row] ? row.Take(own.Length).Select(v => v ?? "NULL").ToArray() : [];
        if (!seen.SequenceEqual(own))
            _wrong.Enqueue($"a session saw {string.Join(", ", seen)} for {string.Join(", ", own)} ({when}, {DateTimeOffset.UtcNow:HH:mm:ss.fff})");
        return true;
    }

    private async Task<bool> DoneAsync(SqlClient client, string sql) =>
        await client.TryAsync(sql) is var result && (result.Succeeded || Note(result));

    private bool Note(QueryResult failed)
    {
        const int Lost = -1;
        if (failed.ErrorCode != Lost && !Traffic.Documented.Contains(failed.ErrorCode))
            _wrong.Enqueue($"error {failed.ErrorCode}: {failed.ErrorText}");
        return Note($"{failed.ErrorCode}");
    }

    private bool Note(string error)
    {
        _errors.AddOrUpdate(error, 1, static (_, n) => n + 1);
        return false;
    }

    private sealed record Tenant(string Name, string Zone, string Database)
    {
        // MariaDB finds an offset by its seconds as if their bytes were text, without regard to case, and so takes +04:50 for +07:06 if that was set
        // at the server before. Below this no byte is a letter that would have two cases.
        private const int Zones = 0x4000 / 60;

        public static Tenant Of(int number, int life)
        {
            var zone = TimeSpan.FromMinutes(((number * 15) + life) % Zones);
            return new($"{number}-{life}", string.Create(CultureInfo.InvariantCulture, $"+{zone:hh\\:mm}"), number % 2 == 0 ? "pool" : "mysql");
        }
    }
}
