using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>
/// Follows by name what a session has made on its connection (temporary tables, handlers, locks, text PREPAREs) and its XA transaction,
/// so that the pin ends with the last of them. What cannot be followed for certain pins until the session resets. Belongs to the session's
/// flow of control; made when first needed, and gone with the lease.
/// </summary>
/// <param name="before">The reasons that held before: nothing is known of what is behind them.</param>
internal sealed class PinnedObjects(PinReasons before)
{
    private const int MaxNames = 1000;

    private static readonly (SessionObjectKind Kind, PinReasons Reason)[] s_kinds =
    [
        (SessionObjectKind.TemporaryTable, PinReasons.TemporaryTables),
        (SessionObjectKind.Handler, PinReasons.Handler),
        (SessionObjectKind.UserLock, PinReasons.UserLocks),
        (SessionObjectKind.PreparedText, PinReasons.TextPrepare),
    ];

    private readonly Dictionary<(SessionObjectKind Kind, string Name), int> _held = [];
    private readonly List<string> _tried = [];
    private PinReasons _unclear = before & Followed;
    private PinReasons _instanceLock = before & PinReasons.GlobalLock;
    private SessionObjectChange? _change;
    private string? _database;
    private bool _endsXa;

    /// <summary>The reasons that are followed.</summary>
    public const PinReasons Followed = PinReasons.TemporaryTables | PinReasons.Handler | PinReasons.UserLocks | PinReasons.TextPrepare
        | PinReasons.Xa | PinReasons.GlobalLock;

    /// <summary>The locks that were asked for, perhaps in vain, since <see cref="NoteLocks"/>.</summary>
    public IReadOnlyList<string> TriedLocks => _tried;

    /// <summary>Takes note of a statement that is about to run in this database.</summary>
    public void Start(ReadOnlySpan<byte> sql, LexerMode mode, StatementKind kind, string? database)
    {
        _database = database;
        _endsXa = kind == StatementKind.Xa && XaStatement.Ends(sql, mode);
        _change = SessionObjects.TryFollow(sql, mode, out var change) ? change : null;
    }

    /// <summary>A command has ended. Answers the reasons that still hold of those that hold now.</summary>
    /// <param name="pins">The reasons that hold, as far as statement and reply tell.</param>
    /// <param name="brought">Those that the command brought up.</param>
    /// <param name="facts">What its statement was.</param>
    /// <param name="summary">What its reply said.</param>
    public PinReasons Finish(PinReasons pins, PinReasons brought, StatementFacts facts, in ReplySummary summary)
    {
        var change = _change;
        var endsXa = _endsXa;
        (_change, _endsXa) = (null, false);
        if (change is { IsUnclear: false } clear)
        {
            Apply(clear, summary.ErrorCode == 0);
        }

        // UNLOCK TABLES, which ends other global locks, does not end this one.
        const StatementTraits Locks = StatementTraits.GlobalLock | StatementTraits.TableLocks;
        _instanceLock |= (facts.Traits & Locks) == StatementTraits.GlobalLock ? PinReasons.GlobalLock : PinReasons.None;
        if (endsXa && summary.ErrorCode == 0 && (summary.Status & ServerStatus.InTransaction) == 0)
        {
            pins &= ~PinReasons.Xa;
        }

        foreach (var (kind, reason) in s_kinds)
        {
            var mayTouch = (brought & reason) != 0 || change?.Kind == kind || change?.Kind == SessionObjectKind.Any;
            _unclear |= mayTouch && !(change is { IsUnclear: false } followed && followed.Kind == kind) ? reason : PinReasons.None;
            pins &= (_unclear & reason) != 0 || Holds(kind) ? pins : ~reason;
        }

        return pins | _instanceLock;
    }

    /// <summary>Takes note of which of <see cref="TriedLocks"/> the session does not hold. Answers the reasons that still hold of those that hold now.</summary>
    public PinReasons NoteLocks(IEnumerable<string> notHeld, PinReasons pins)
    {
        foreach (var name in notHeld)
        {
            _held.Remove((SessionObjectKind.UserLock, name));
        }

        _tried.Clear();
        return (_unclear & PinReasons.UserLocks) != 0 || Holds(SessionObjectKind.UserLock) ? pins : pins & ~PinReasons.UserLocks;
    }

    private void Apply(SessionObjectChange change, bool succeeded)
    {
        // What fails may have made something all the same, and has given up nothing for certain.
        foreach (var name in change.Created)
        {
            var key = (change.Kind, InDatabase(change.Kind, name));
            _held[key] = change.Kind == SessionObjectKind.UserLock ? _held.GetValueOrDefault(key) + 1 : 1;
        }

        _tried.AddRange(change.Kind == SessionObjectKind.UserLock ? change.Created : []);
        foreach (var name in succeeded ? change.Dropped : [])
        {
            var key = (change.Kind, InDatabase(change.Kind, name));
            if (_held.GetValueOrDefault(key) > 1)
            {
                _held[key]--;
            }
            else
            {
                _held.Remove(key);
            }
        }

        if (succeeded && change.DropsAll)
        {
            foreach (var key in _held.Keys.Where(k => k.Kind == change.Kind).ToList())
            {
                _held.Remove(key);
            }
        }

        _unclear |= _held.Count > MaxNames ? Followed : PinReasons.None;
        if (_held.Count > MaxNames)
        {
            _held.Clear();
        }
    }

    private string InDatabase(SessionObjectKind kind, string name) =>
        kind == SessionObjectKind.TemporaryTable && name[0] == '.' ? _database + name : name;

    private bool Holds(SessionObjectKind kind) => _held.Keys.Any(k => k.Kind == kind);
}
