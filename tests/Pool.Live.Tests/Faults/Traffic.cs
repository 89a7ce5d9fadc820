using System.Collections.Concurrent;
using System.Globalization;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>
/// Clients that run statements at random until they are told to stop, connect again when they are thrown out, and remember what
/// they were told. What is true afterwards: see <see cref="VerifyAsync"/>.
/// </summary>
internal sealed class Traffic
{
    private static readonly int[] s_notExecuted = [1205, 1429];

    // A client that is turned away comes again; not at once, as 1429 may come fast.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, Outcome> _once = new();
    private readonly ConcurrentDictionary<string, Outcome> _pairs = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentDictionary<int, int> _errors = new();
    private readonly FaultNode _node;
    private readonly int _seed;
    private readonly int _thinking;
    private readonly Task _running;
    private volatile bool _stopping;
    private int _done;

    private Traffic(FaultNode node, int clients, int seed, int thinking)
    {
        (_node, _seed, _thinking) = (node, seed, thinking);
        _running = Task.WhenAll(Enumerable.Range(0, clients).Select(n => Task.Run(() => RunAsync(n))));
    }

    private enum Outcome
    {
        Unknown,
        Acknowledged,
        NotExecuted,
    }

    /// <summary>Errors of the pool's own that docs/errors.md has, and of servers that end connections or themselves.</summary>
    public static IReadOnlyList<int> Documented { get; } = [1040, 1053, 1105, 1205, 1317, 1429, 1927, 3169, 4031];

    /// <summary>Statements and transactions that have succeeded.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>How many errors of any kind there were.</summary>
    public int Errors => _errors.Values.Sum();

    /// <summary>Makes the tables, empty, and starts clients that think for up to so many milliseconds before each statement.</summary>
    public static async Task<Traffic> StartAsync(SqlClient administrator, FaultNode node, int clients, int seed, int thinking = 0)
    {
        foreach (var table in new[] { "once", "pair" })
        {
            await administrator.QueryAsync($"DROP TABLE IF EXISTS pool.{table}");
            await administrator.QueryAsync($"CREATE TABLE pool.{table} (id VARCHAR(40), KEY (id)) ENGINE=InnoDB");
        }

        return new Traffic(node, clients, seed, thinking);
    }

    /// <summary>Waits until so many more have succeeded.</summary>
    public Task ProgressAsync(int more)
    {
        var goal = Done + more;
        return Eventually.TrueAsync(() => Done >= goal || !_wrong.IsEmpty, $"the clients get no answers any more ({this})");
    }

    /// <summary>Ends all clients.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        await _running;
    }

    /// <summary>
    /// Expects that no answer was wrong and no error of an unknown kind, that each row that was acknowledged exists once, each
    /// other at most once, and none that was said not to have been executed; and that no transaction is there by half.
    /// </summary>
    public async Task VerifyAsync(SqlClient administrator)
    {
        Assert.True(_wrong.IsEmpty, $"{this}: {string.Join("; ", _wrong.Take(10))}");
        await VerifyAsync(administrator, "once", _once, whole: 1);
        await VerifyAsync(administrator, "pair", _pairs, whole: 2);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"seed {_seed}, {Done} done, errors: {string.Join(" ", _errors.Select(e => $"{e.Value} x {e.Key}"))}";

    private async Task VerifyAsync(SqlClient administrator, string table, IDictionary<string, Outcome> told, int whole)
    {
        var rows = (await administrator.TryAsync($"SELECT id, COUNT(*) FROM pool.{table} GROUP BY id")).Rows
            .ToDictionary(r => r[0]!, r => int.Parse(r[1]!, CultureInfo.InvariantCulture));
        foreach (var (id, outcome) in told)
        {
            var found = rows.GetValueOrDefault(id);
            var right = outcome switch
            {
                Outcome.Acknowledged => found == whole,
                Outcome.NotExecuted => found == 0,
                _ => found == 0 || found == whole,
            };
            Assert.True(right, $"{this}: {table} {id} was told {outcome} and is there {found} times");
        }
    }

    private async Task RunAsync(int number)
    {
        var random = new Random((_seed * 1000) + number);
        for (var serial = 0; !_stopping;)
        {
            var (client, failure) = await _node.TryConnectAsync();
            if (client is null)
            {
                Note(failure!.ServerErrorCode == 0 ? -1 : failure.ServerErrorCode, failure.Text, isExpected: failure.ServerErrorCode != 0);
                await Task.Delay(s_pause);
                continue;
            }

            await using (client)
            {
                while (!_stopping && await StepAsync(client, random, $"{number}-{serial++}"))
                {
                    Interlocked.Increment(ref _done);
                    await Task.Delay(random.Next(_thinking + 1));
                }
            }
        }
    }

    // False: the session may be broken, another one goes on.
    private Task<bool> StepAsync(SqlClient client, Random random, string id) => random.Next(10) switch
    {
        < 4 => SelectAsync(client, random.Next(), ""),
        < 5 => SelectAsync(client, random.Next(), $", SLEEP({random.Next(20, 80) / 1000.0})"),
        < 8 => InsertAsync(client, id),
        _ => TransactAsync(client, id),
    };

    private async Task<bool> SelectAsync(SqlClient client, int number, string more)
    {
        var result = await client.TryAsync($"SELECT {number}{more}");
        if (!result.Succeeded)
            return Note(result.ErrorCode, result.ErrorText, isExpected: false);

        if (result.Rows is not [[var answer, ..]] || answer != $"{number}")
            _wrong.Enqueue($"SELECT {number} was answered {(result.Rows is [[var a, ..]] ? a : "nothing")}");
        return true;
    }

    private async Task<bool> InsertAsync(SqlClient client, string id)
    {
        var result = await client.TryAsync($"INSERT INTO pool.once VALUES ('{id}')");
        _once[id] = OutcomeOf(result.ErrorCode);
        return result.Succeeded || Note(result.ErrorCode, result.ErrorText, isExpected: false);
    }

    private async Task<bool> TransactAsync(SqlClient client, string id)
    {
        foreach (var sql in new[] { "BEGIN", $"INSERT INTO pool.pair VALUES ('{id}')", $"INSERT INTO pool.pair VALUES ('{id}')", "COMMIT" })
        {
            var result = await client.TryAsync(sql);
            if (!result.Succeeded)
            {
                // Until COMMIT was sent, a transaction that is lost has been rolled back.
                _pairs[id] = sql == "COMMIT" ? OutcomeOf(result.ErrorCode) : Outcome.NotExecuted;
                return Note(result.ErrorCode, result.ErrorText, isExpected: result.ErrorCode == -1);
            }
        }

        _pairs[id] = Outcome.Acknowledged;
        return true;
    }

    private static Outcome OutcomeOf(int error) =>
        error == 0 ? Outcome.Acknowledged : s_notExecuted.Contains(error) ? Outcome.NotExecuted : Outcome.Unknown;

    private bool Note(int error, string? text, bool isExpected)
    {
        _errors.AddOrUpdate(error, 1, (_, n) => n + 1);
        if (!isExpected && !Documented.Contains(error))
            _wrong.Enqueue($"error {error}: {text}");
        return false;
    }
}
