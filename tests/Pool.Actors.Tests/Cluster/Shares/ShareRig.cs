using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Settings;
using Pool.Testing;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>Nodes that share a server under one cap, on a clock that stands still until the test lets time pass.</summary>
internal sealed class ShareRig : IAsyncDisposable
{
    /// <summary>The account that all nodes have, and its user at the server; those of others have the same name too.</summary>
    public const string User = "app";

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);

    /// <summary>After this a test has failed, on its own clock: longer than anything that nodes do by themselves.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    private readonly List<ShareNode> _nodes = [];
    private readonly Strand _strand = new();

    public ShareRig(int cap = 20, int userCap = 0)
    {
        SynchronizationContext.SetSynchronizationContext(_strand);
        (Cap, UserCap) = (cap, userCap);
        Time.Advance(TimeSpan.FromHours(1));
        Store = new InProcessCoordinator(Time);
        Server = new FakeConnector(new FingerprintTable()) { Answer = (_, sql) => Answer(sql) };
    }

    public int Cap { get; }

    /// <summary>What the client user "ann" may hold; 0: no limit.</summary>
    public int UserCap { get; }

    /// <summary>The most that she ever held, on all nodes, of what the server had.</summary>
    public int UserPeak { get; private set; }

    public ManualTime Time { get; } = new();

    public InProcessCoordinator Store { get; }

    /// <summary>What the nodes' programs say of themselves.</summary>
    public FaultLog Log { get; } = new();

    /// <summary>The server, with its process list.</summary>
    public FakeConnector Server { get; }

    /// <summary>What the server answers to KILLs instead of its own answer; null for that.</summary>
    public QueryResult? Down { get; set; }

    /// <summary>Threads of others than the pool's users.</summary>
    public HashSet<ulong> Strangers { get; } = [];

    /// <summary>Nodes that were started, in that order.</summary>
    public IReadOnlyList<ShareNode> Nodes => _nodes;

    /// <summary>Refuses the pool's users the end of one of the connections that a node holds, whose thread is the answer.</summary>
    public ulong RefuseToEndOneOf(ShareNode node)
    {
        var stubborn = node.Held[3].ThreadId;
        var answer = Server.Answer!;
        Server.Answer = (on, sql) => sql == $"KILL CONNECTION {stubborn}" && Server.Live.Any(c => c.ThreadId == stubborn)
            ? new QueryResult(1095, "You are not owner of thread", [])
            : answer(on, sql);
        return stubborn;
    }

    /// <summary>Deletes all that the nodes have stored, or what begins so.</summary>
    public async Task LoseDataAsync(string prefix = "/")
    {
        var all = await Store.ReadAsync(prefix, CancellationToken.None);
        await Store.CommitAsync(all!.Entries.Keys.Aggregate(new Commit(), static (c, key) => c.Delete(key)), CancellationToken.None);
    }

    /// <summary>Takes out of the store what a release that named no users in its announcements would not have written.</summary>
    public async Task ForgetUsersAsync()
    {
        var all = await Store.ReadAsync("/pool/test/backends/db/threads/", CancellationToken.None);
        var commit = all!.Entries.Values.Aggregate(new Commit(), static (c, entry) => c.Put(
            entry.Key, Encoding.UTF8.GetBytes(Regex.Replace(Encoding.UTF8.GetString(entry.Value.Span), ",\"users\":[^]]*]", ""))));
        await Store.CommitAsync(commit, CancellationToken.None);
    }

    /// <summary>Starts a node.</summary>
    /// <param name="cap">The cap that it is configured with, if not that of all.</param>
    /// <param name="store">What it sees of the store, if not all.</param>
    /// <param name="userCap">The user's cap that it is configured with, if not that of all.</param>
    /// <param name="failing">What its connects come to, if not to success.</param>
    /// <param name="minIdle">How many connections it keeps open though nobody needs them.</param>
    public ShareNode Start(
        int? cap = null, ICoordinator? store = null, int? userCap = null, ConnectFailureKind? failing = null, int minIdle = 0)
    {
        var node = new ShareNode(this, $"node{_nodes.Count}", cap ?? Cap, store ?? Store, userCap ?? UserCap, failing, minIdle);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Starts two nodes, and waits until both have their floor.</summary>
    public async Task<(ShareNode First, ShareNode Second)> StartTwoAsync()
    {
        var (first, second) = (Start(), Start());
        await UntilAsync(() => first.Keeper.Granted.IsCompleted && second.Keeper.Granted.IsCompleted, "both have joined");
        return (first, second);
    }

    /// <summary>Lets time pass until a node has the right to look at the server for all.</summary>
    public Task UntilLooksAsync(ShareNode node)
    {
        const string Right = "/pool/test/backends/db/survey";
        return UntilAsync(() => Read(Right)?.Value.Span.SequenceEqual(Encoding.UTF8.GetBytes($"{node.Membership.Self.Incarnation}")) == true, "it looks at the server");
    }

    /// <summary>Lets time pass until it is so.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        await _strand.EnterAsync();
        var before = Time.Elapsed;
        do
        {
            if (Time.Elapsed - before > s_limit)
            {
                throw new TimeoutException($"never happened: {what}: {string.Join("; ", _nodes)} {string.Join("; ", Log.Faults.Take(3))}");
            }

            Pass();
        }
        while (!condition());

        Passed = Time.Elapsed - before;
    }

    /// <summary>How long the last <see cref="UntilAsync"/> took, on the clock of the nodes.</summary>
    public TimeSpan Passed { get; private set; }

    /// <summary>Lets time pass.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        await _strand.EnterAsync();
        for (var end = Time.Elapsed + time; Time.Elapsed < end;)
        {
            Pass();
        }
    }

    /// <summary>The server has never had more connections than the cap, and all that it has are of nodes that count them.</summary>
    public void AssertCapHeld() => Assert.True(Server.Peak <= Cap, $"{Server.Peak} connections at once, the cap is {Cap}");

    /// <summary>The user has never held more than her cap, on all nodes, dead ones included.</summary>
    public void AssertUserCapHeld() => Assert.True(UserPeak <= UserCap, $"{UserPeak} held at once, the user's cap is {UserCap}");

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Store.DisposeAsync();
        _strand.Dispose();
        Assert.Empty(Log.Faults);
    }

    private void Pass()
    {
        Time.Advance(s_step);
        _strand.Settle();
        Look();
    }

    private CoordinationEntry? Read(string key) => Store.ReadAsync(key, CancellationToken.None).AsTask().Result!.Entries.GetValueOrDefault(key);

    private QueryResult? Answer(string sql) =>
        sql.StartsWith("SELECT ID", StringComparison.Ordinal) ? List()
        : sql.StartsWith("SELECT USER", StringComparison.Ordinal) ? Down ?? Show(ulong.Parse(sql[(sql.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture))
        : Down;

    private QueryResult Show(ulong threadId) => new(0, null, [.. Server.Live.Where(c => c.ThreadId == threadId).Select(c => (string?[])[UserOf(c)])]);

    private void Look()
    {
        // Only the test gives anything back, so that what is seen one after the other is held at once; but a server ends what was a dead node's.
        var held = _nodes.SelectMany(n => n.Held).ToHashSet();
        held.IntersectWith(Server.Live);
        UserPeak = Math.Max(UserPeak, held.Count);
    }

    private QueryResult List() => new(0, null, [.. Server.Live.Select(c => (string?[])[c.ThreadId.ToString(CultureInfo.InvariantCulture), UserOf(c)])]);

    private string UserOf(FakeConnection connection) => Strangers.Contains(connection.ThreadId) ? "stranger" : connection.Class.Account;
}
