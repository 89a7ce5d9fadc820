using System.Collections.Frozen;

namespace Pool.Actors.Sessions.Login;

/// <summary>
/// A fixed set of users. An unknown name always gets the same decoy, made in the shape of one of the users, so that probing
/// finds unknown names in the same proportions as known ones. Immutable; a reload makes a new one.
/// </summary>
public sealed class UserDirectory : IUserDirectory
{
    private readonly FrozenDictionary<string, UserCredential> _users;
    private readonly UserCredential[] _decoys;

    /// <summary>Takes the users; names are compared byte by byte, and each occurs once.</summary>
    public UserDirectory(IReadOnlyCollection<UserCredential> users)
    {
        _users = users.ToFrozenDictionary(user => user.Name, StringComparer.Ordinal);
        _decoys = users.Count == 0
            ? [UserCredential.FromClearPassword("", "unused", requireTls: false).ToDecoy()]
            : [.. users.Select(user => user.ToDecoy())];
    }

    /// <inheritdoc/>
    public bool TryFind(string user, out UserCredential credential)
    {
        if (_users.TryGetValue(user, out var found))
        {
            credential = found;
            return true;
        }

        // The runtime seeds string hashes anew in each process: stable for a name, and not to be foreseen.
        credential = _decoys[(uint)user.GetHashCode(StringComparison.Ordinal) % (uint)_decoys.Length];
        return false;
    }
}
