using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// Who may have how many connections to one backend, all of them or those of one client user: the one record that all nodes of a cluster
/// agree in, changed by compare-and-swap only. Immutable. No ledger can be made whose shares are more than the cap: what would make one throws, since it is a bug.
/// </summary>
public sealed record ShareLedger
{
    /// <summary>
    /// Places of the cap that are nobody's share: whoever finds no living holder looks for lost nodes' connections over this one.
    /// </summary>
    public const int KeptPlaces = 1;

    /// <summary>The version of the record; see <see cref="ClusterProtocol"/>.</summary>
    public int V { get; init; } = ClusterProtocol.Current;

    /// <summary>The most connections that all nodes together may have at the server.</summary>
    public required int Cap { get; init; }

    /// <summary>Grows with every change; for display.</summary>
    public long Epoch { get; init; }

    /// <summary>It is about the connections that the sessions of one client user hold.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OfUser { get; init; }

    /// <summary>Connections that were found at the server when the ledger was made, and that are of nobody who is known.</summary>
    public int Found { get; init; }

    /// <summary>The holders, in the order of their incarnations.</summary>
    public ImmutableArray<ShareHolder> Holders { get; init; } = [];

    /// <summary>Places that nobody has.</summary>
    [JsonIgnore]
    public int Free => Cap - Kept - Found - Holders.Sum(h => h.Share);

    /// <summary>True if it is a ledger at all: what was read from the store is looked at before it is believed.</summary>
    [JsonIgnore]
    public bool IsSound =>
        Cap >= Kept
        && Found >= 0
        && !Holders.IsDefault
        && Holders.All(h => h is { Share: >= 0, Wanted: >= 0 } && h.Share <= Cap)
        && Holders.Select(h => h.Incarnation).Distinct().Count() == Holders.Length
        && Free >= 0;

    private int Kept => OfUser ? 0 : KeptPlaces;

    /// <summary>The first ledger of a backend.</summary>
    /// <param name="cap">The cap.</param>
    /// <param name="found">Connections that are at the server already; as many as the cap is where there are more.</param>
    public static ShareLedger Create(int cap, int found) =>
        new ShareLedger { Cap = cap, Found = Math.Min(found, cap - KeptPlaces) }.Checked();

    /// <summary>The first ledger of a client user at a backend.</summary>
    /// <param name="cap">The user's cap.</param>
    /// <param name="found">Connections that are at the server already and may be anybody's; as many as the cap is where there are more.</param>
    public static ShareLedger CreateForUser(int cap, int found) =>
        new ShareLedger { OfUser = true, Cap = cap, Found = Math.Min(found, cap) }.Checked();

    /// <summary>The holder of that incarnation, or null.</summary>
    public ShareHolder? Find(Incarnation incarnation) => Holders.FirstOrDefault(h => h.Incarnation == incarnation);

    /// <summary>Adds a holder, who has nothing yet.</summary>
    public ShareLedger Join(string node, Incarnation incarnation, int wanted)
    {
        Require(Find(incarnation) is null, "a holder joins once");
        return With([.. Holders.Append(new ShareHolder(node, incarnation, 0, wanted)).OrderBy(h => h.Incarnation.Value)]);
    }

    /// <summary>Sets what a holder has and wants. More is taken from the free places, which must suffice; the same ledger if nothing changes.</summary>
    public ShareLedger Set(Incarnation incarnation, int share, int wanted)
    {
        var holder = Find(incarnation);
        Require(holder is not null, "only a holder has a share");
        Require(share >= 0 && wanted >= 0, "shares are not negative");
        var changed = holder! with { Share = share, Wanted = wanted };
        return changed == holder ? this : With(Holders.Replace(holder, changed));
    }

    /// <summary>Lets all others go first, where there is less than one place for each.</summary>
    public ShareLedger PassTurn(Incarnation incarnation)
    {
        var holder = Find(incarnation);
        Require(holder is not null, "only a holder has a turn");
        return With(Holders.Replace(holder!, holder! with { Turn = Epoch + 1 }));
    }

    /// <summary>Takes a holder out; what it had is free. Only for one who has no connection at the server any more.</summary>
    public ShareLedger Remove(Incarnation incarnation)
    {
        var holder = Find(incarnation);
        Require(holder is not null, "only a holder can be removed");
        return With(Holders.Remove(holder!));
    }

    /// <summary>Takes note that fewer of the connections that were found are left.</summary>
    public ShareLedger FoundLeft(int left)
    {
        Require(left >= 0 && left <= Found, "what was found only becomes less");
        return left == Found ? this : (this with { Found = left, Epoch = Epoch + 1 }).Checked();
    }

    /// <summary>The same with another epoch, so that no change that was made for this one can still be made.</summary>
    public ShareLedger Touched() => this with { Epoch = Epoch + 1 };

    /// <summary>Gives a backend without a holder another cap.</summary>
    public ShareLedger WithCap(int cap)
    {
        Require(Holders.IsEmpty, "a cap is changed while nobody has a share");
        return (this with { Cap = cap, Found = Math.Min(Found, cap - Kept), Epoch = Epoch + 1 }).Checked();
    }

    private ShareLedger With(ImmutableArray<ShareHolder> holders) => (this with { Holders = holders, Epoch = Epoch + 1 }).Checked();

    private ShareLedger Checked()
    {
        Require(IsSound, "the shares are never more than the cap");
        return this;
    }

    private static void Require(bool isSo, string rule)
    {
        if (!isSo)
        {
            throw new InvalidOperationException($"the share ledger was used wrongly: {rule}");
        }
    }
}
