using System.Globalization;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>Where the store keeps what concerns the connections to one backend.</summary>
/// <param name="cluster">The cluster's name.</param>
/// <param name="backend">The backend's name.</param>
internal sealed class ShareKeys(string cluster, string backend)
{
    /// <summary>What all of them begin with.</summary>
    public string Root { get; } = $"/pool/{cluster}/backends/{Uri.EscapeDataString(backend)}/";

    /// <summary>What the keys begin with that are followed: the ledger, who lives, and who looks at the server. Not the threads, which change with every connect.</summary>
    public string Followed => Root + "s";

    /// <summary>The ledger.</summary>
    public string Ledger => Root + "shares";

    /// <summary>Says, under a node's lease, that the holder lives. Whatever a node changes depends on it.</summary>
    public string Life(Incarnation incarnation) => $"{Ledger}/{incarnation}";

    /// <summary>The ledger of what the sessions of a client user hold; apart from the other, so that who knows nothing of it leaves it as it is.</summary>
    public string User(string user) => Users + Uri.EscapeDataString(user);

    /// <summary>What a holder has to say of lost ones, under its lease.</summary>
    public string Cleared(Incarnation incarnation) => $"{ClearedBy}{incarnation}";

    /// <summary>The right to look at the server while nobody who lives has a share, under the lease of who has it, until he gives it up.</summary>
    public string Survey => Root + "survey";

    /// <summary>What the keys of a holder's threads begin with.</summary>
    public string ThreadsOf(Incarnation incarnation) => $"{Threads}{incarnation}/";

    /// <summary>Threads that a holder has announced together.</summary>
    public string Batch(Incarnation incarnation, long number) => ThreadsOf(incarnation) + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whose life a key is, if it is one.</summary>
    public bool TryReadLife(string key, out Incarnation incarnation)
    {
        incarnation = default;
        return key.StartsWith(Ledger + "/", StringComparison.Ordinal) && Incarnation.TryParse(key[(Ledger.Length + 1)..], out incarnation);
    }

    /// <summary>Whose threads a key has, if it is one of those.</summary>
    public bool TryReadThreads(string key, out Incarnation incarnation)
    {
        incarnation = default;
        return key.StartsWith(Threads, StringComparison.Ordinal)
            && key.IndexOf('/', Threads.Length) is > 0 and var end
            && Incarnation.TryParse(key[Threads.Length..end], out incarnation);
    }

    /// <summary>Whose ledger a key has, if it has a client user's.</summary>
    public string? UserOf(string key) => key.StartsWith(Users, StringComparison.Ordinal) ? Uri.UnescapeDataString(key[Users.Length..]) : null;

    /// <summary>Who has something to say in a key of lost ones, if it is such a key.</summary>
    public bool TryReadCleared(string key, out Incarnation incarnation)
    {
        incarnation = default;
        return key.StartsWith(ClearedBy, StringComparison.Ordinal) && Incarnation.TryParse(key[ClearedBy.Length..], out incarnation);
    }

    private string Users => Ledger + "/users/";

    private string ClearedBy => Ledger + "/cleared/";

    private string Threads => Root + "threads/";
}
