using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>All that the store says of the connections to one backend at one moment. Immutable.</summary>
internal sealed class ShareView
{
    private readonly ShareKeys _keys;
    private readonly Dictionary<Incarnation, long> _lives = [];
    private readonly Dictionary<Incarnation, List<CoordinationEntry>> _threads = [];
    private readonly Dictionary<Incarnation, ImmutableArray<Incarnation>> _cleared = [];
    private readonly Dictionary<string, (ShareLedger? Ledger, long Revision)> _users = new(StringComparer.Ordinal);

    public ShareView(CoordinationView view, ShareKeys keys)
    {
        _keys = keys;
        foreach (var entry in view.Entries.Values)
        {
            if (keys.TryReadLife(entry.Key, out var living))
            {
                _lives[living] = entry.ModRevision;
            }
            else if (keys.TryReadThreads(entry.Key, out var holder))
            {
                (_threads.TryGetValue(holder, out var batches) ? batches : _threads[holder] = []).Add(entry);
            }
            else if (keys.UserOf(entry.Key) is { } user)
            {
                _users[user] = (ShareJson.ReadLedger(entry) is { OfUser: true } ofUser ? ofUser : null, entry.ModRevision);
            }
            else if (keys.TryReadCleared(entry.Key, out var clear) && ShareJson.ReadCleared(entry) is { } cleared)
            {
                _cleared[clear] = cleared.Lost;
            }
        }

        if (view.Entries.TryGetValue(keys.Ledger, out var ledger))
        {
            LedgerRevision = ledger.ModRevision;
            Ledger = ShareJson.ReadLedger(ledger);
        }

        if (view.Entries.TryGetValue(keys.Survey, out var survey))
        {
            SurveyRevision = survey.ModRevision;
            Surveyor = Incarnation.TryParse(Encoding.UTF8.GetString(survey.Value.Span), out var surveyor) ? surveyor : null;
        }
    }

    /// <summary>The ledger; null if there is none, or none that can be believed.</summary>
    public ShareLedger? Ledger { get; }

    /// <summary>The revision of the ledger's record; 0 if there is none.</summary>
    public long LedgerRevision { get; }

    /// <summary>There is a record, and it cannot be believed: nobody changes anything.</summary>
    public bool IsUnreadable => Ledger is null && LedgerRevision != 0;

    /// <summary>Who looks at the server though nobody who lives has a share; null for nobody.</summary>
    public Incarnation? Surveyor { get; }

    /// <summary>The revision of the record of who looks; 0 if there is none.</summary>
    public long SurveyRevision { get; }

    /// <summary>Somebody who lives has a share, and so can look at the server.</summary>
    public bool HasLivingHolder => Ledger?.Holders.Any(h => h.Share > 0 && Lives(h.Incarnation)) == true;

    /// <summary>The client users that have a ledger which can be believed.</summary>
    public IEnumerable<KeyValuePair<string, ShareLedger>> Users =>
        _users.Where(u => u.Value.Ledger is not null).Select(u => KeyValuePair.Create(u.Key, u.Value.Ledger!));

    /// <summary>The ledger of a client user, null if there is none, or none that can be believed; and the revision of its record, 0 if there is none.</summary>
    public (ShareLedger? Ledger, long Revision) UserLedger(string user) => _users.GetValueOrDefault(user);

    /// <summary>The lost ones of whom a holder has said that it is clear.</summary>
    public IReadOnlyCollection<Incarnation> ClearedBy(Incarnation incarnation) => _cleared.TryGetValue(incarnation, out var lost) ? lost : [];

    /// <summary>
    /// True if nobody has a connection any more that was lent to a lost holder: all who live say so, and of other lost ones nothing is left.
    /// Who gets a share later than this cannot lend to it either, for it takes no loan without a proof of its lease.
    /// </summary>
    public bool IsClearOf(Incarnation lost) =>
        (Ledger?.Holders ?? []).Select(h => h.Incarnation).Concat(_lives.Keys).Concat(_threads.Keys).Distinct().Where(i => i != lost)
            .All(i => Lives(i) ? ClearedBy(i).Contains(lost) : !_threads.ContainsKey(i));

    /// <summary>True if the holder's lease has not expired.</summary>
    public bool Lives(Incarnation incarnation) => _lives.ContainsKey(incarnation);

    /// <summary>True if somebody else lives, with a share or without.</summary>
    public bool HasOthers(Incarnation self) => _lives.Keys.Any(i => i != self);

    /// <summary>The revision of a holder's life; 0 if it has none.</summary>
    public long LifeOf(Incarnation incarnation) => _lives.GetValueOrDefault(incarnation);

    /// <summary>The incarnations that do not live any more and have left something: a share, or threads.</summary>
    public IReadOnlyList<Incarnation> Lost() =>
        [.. (Ledger?.Holders ?? []).Select(h => h.Incarnation).Concat(_threads.Keys).Distinct().Where(i => !Lives(i)).OrderBy(i => i.Value)];

    /// <summary>
    /// The threads that a holder had announced, with the revision of the announcement and the user that was named in it, if any. One who does not live can announce
    /// no more, so that no connection of his is missing. Null if they cannot be read.
    /// </summary>
    private Dictionary<ulong, (long Revision, string? User)>? ThreadsOf(Incarnation incarnation)
    {
        var threads = new Dictionary<ulong, (long Revision, string? User)>();
        foreach (var entry in _threads.GetValueOrDefault(incarnation, []))
        {
            if (ShareJson.ReadThreads(entry) is not { } batch)
            {
                return null;
            }

            for (var i = 0; i < batch.Ids.Length; i++)
            {
                if (threads.GetValueOrDefault(batch.Ids[i]).Revision < entry.ModRevision)
                {
                    threads[batch.Ids[i]] = (entry.ModRevision, batch.UserAt(i));
                }
            }
        }

        return threads;
    }

    /// <summary>The threads of all who live; without what they had announced before their lives were deleted from the store, and have begun anew since.</summary>
    public IReadOnlySet<ulong> LivingThreads() =>
        _lives.SelectMany(life => (ThreadsOf(life.Key) ?? []).Where(t => t.Value.Revision > life.Value)).Select(t => t.Key).ToHashSet();

    /// <summary>
    /// The threads of a lost holder that may be there still. A server that was restarted counts anew: a number that somebody who lives has announced
    /// later is his, and the lost one's thread is gone; one that he announced before is the lost one's. With each the user that was named, null
    /// if none was. Null if they cannot be read.
    /// </summary>
    public IReadOnlyDictionary<ulong, string?>? ThreadsToEnd(Incarnation lost)
    {
        var living = AnnouncedByLiving();
        return ThreadsOf(lost)?.Where(t => living.GetValueOrDefault(t.Key) < t.Value.Revision).ToDictionary(t => t.Key, t => t.Value.User);
    }

    private Dictionary<ulong, long> AnnouncedByLiving() => _threads.Keys.Where(Lives).SelectMany(i => ThreadsOf(i) ?? [])
        .GroupBy(t => t.Key, t => t.Value.Revision).ToDictionary(g => g.Key, g => g.Max());

    /// <summary>The keys of a holder's threads.</summary>
    public IReadOnlyList<string> ThreadKeysOf(Incarnation incarnation) => [.. _threads.GetValueOrDefault(incarnation, []).Select(e => e.Key)];

    /// <summary>What holds only while the ledger is that of this view.</summary>
    public Commit Unchanged() => new Commit().Expect(_keys.Ledger, LedgerRevision);

    /// <summary>Adds the change from a client user's ledger of this view, and no other, to another one.</summary>
    public Commit ReplaceUser(Commit commit, string user, ShareLedger ledger) => commit
        .Expect(_keys.User(user), UserLedger(user).Revision)
        .Put(_keys.User(user), JsonSerializer.SerializeToUtf8Bytes(ledger, ShareJson.Default.ShareLedger));

    /// <summary>The change from the ledger of this view, and no other, to another one.</summary>
    public Commit Replace(ShareLedger ledger) => Unchanged()
        .Put(_keys.Ledger, JsonSerializer.SerializeToUtf8Bytes(ledger, ShareJson.Default.ShareLedger));
}
