using System.Diagnostics;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster;

/// <summary>A table that drivers write to while something happens to the nodes, and the audit of what they were told.</summary>
internal sealed class Ledger : IDisposable
{
    private const int Progress = 40;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private readonly List<LedgerClient> _writers;

    private Ledger(List<LedgerClient> writers) => _writers = writers;

    /// <summary>Everything that went wrong, as kind and error, with how often.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Troubles =>
        [.. _writers.SelectMany(w => w.Troubles).GroupBy(t => t.Key).Select(g => KeyValuePair.Create(g.Key, g.Sum(t => t.Value))).OrderBy(t => t.Key)];

    /// <summary>Makes the table, empty, and starts the writers, who use all nodes of a cluster.</summary>
    public static async Task<Ledger> OpenAsync(SqlClient administrator, NodeCluster cluster, int writers)
    {
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.ledger");
        await administrator.QueryAsync("CREATE TABLE pool.ledger (worker INT NOT NULL, number INT NOT NULL, part INT NOT NULL, KEY (worker, number)) ENGINE=InnoDB");
        return new Ledger([.. Enumerable.Range(0, writers)
            .Select(w => LedgerClient.Start(w, cluster.Nodes.Select(n => n.Port), NodeCluster.User, NodeCluster.UserPassword))]);
    }

    /// <summary>What each of them has had acknowledged so far.</summary>
    public IReadOnlyList<int> Counts => _writers.ConvertAll(w => w.Acknowledged.Count());

    /// <summary>Whether each of them has got on by so much since then; fails if one does not run any more.</summary>
    public bool HasProgressed(IReadOnlyList<int> since, int by = Progress)
    {
        _writers.ForEach(w => w.RequireRunning());
        return Counts.Zip(since).All(c => c.First >= c.Second + by);
    }

    /// <summary>Waits until each of them has got on.</summary>
    public async Task ProgressAsync(NodeCluster cluster)
    {
        var since = Counts;
        for (var waited = Stopwatch.StartNew(); !HasProgressed(since); await Task.Delay(50))
            Assert.True(waited.Elapsed < s_patience, $"the writers do not get on\n{cluster.Log}");
    }

    /// <summary>Lets them finish what they do.</summary>
    public Task StopAsync() => Task.WhenAll(_writers.Select(w => w.StopAsync()));

    /// <summary>Expects that what was acknowledged is there once, what was refused is not, and the rest once or not at all, and never by half.</summary>
    public async Task AuditAsync(SqlClient administrator)
    {
        var result = await administrator.TryAsync("SELECT worker, number, COUNT(*), COUNT(DISTINCT part) FROM pool.ledger GROUP BY worker, number");
        var rows = result.Rows.ToDictionary(r => (Worker: int.Parse(r[0]!, null), Number: int.Parse(r[1]!, null)), r => (Count: int.Parse(r[2]!, null), Parts: int.Parse(r[3]!, null)));
        foreach (var writer in _writers)
        {
            Assert.All(writer.Acknowledged, n => Assert.Equal(Whole(n), rows.GetValueOrDefault((writer.Worker, n))));
            Assert.All(writer.Refused, n => Assert.DoesNotContain((writer.Worker, n), rows));
            Assert.All(writer.Uncertain.Where(n => rows.ContainsKey((writer.Worker, n))), n => Assert.Equal(Whole(n), rows[(writer.Worker, n)]));
        }

        var told = _writers.SelectMany(w => w.Acknowledged.Concat(w.Uncertain).Select(n => (w.Worker, n))).ToHashSet();
        Assert.DoesNotContain(rows.Keys, k => !told.Contains(k));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Counts.Sum()} acknowledged; troubles: {string.Join(", ", Troubles.Select(t => $"{t.Value} x {t.Key}"))}";

    /// <inheritdoc/>
    public void Dispose() => _writers.ForEach(w => w.Dispose());

    // Even numbers are one row, odd ones a transaction of two.
    private static (int Count, int Parts) Whole(int number) => number % 2 == 0 ? (1, 1) : (2, 2);
}
