using Pool.Actors.Sessions.Login;
using Pool.Host.Configuration;
using Pool.Wire.Auth;

namespace Pool.Host;

/// <summary>The configured users as the login sees them: hashes, no passwords.</summary>
internal sealed class Credentials
{
    private readonly List<UserCredential> _users = [];
    private readonly List<UserCredential> _encryptedOnly = [];

    /// <summary>Resolves the users' secrets; those that cannot be resolved are left out, and named in <see cref="Problems"/>.</summary>
    public Credentials(IEnumerable<UserConfig> users, SecretResolver secrets)
    {
        foreach (var user in users)
        {
            if (Of(user, secrets, user.RequireTls) is { } credential)
            {
                _users.Add(credential);
                _encryptedOnly.Add(Of(user, secrets, requireTls: true)!);
            }
        }
    }

    /// <summary>What could not be resolved.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>The users of a listener.</summary>
    /// <param name="requireTls">The listener takes encrypted connections only.</param>
    public UserDirectory Directory(bool requireTls) => new(requireTls ? _encryptedOnly : _users);

    private UserCredential? Of(UserConfig user, SecretResolver secrets, bool requireTls)
    {
        if (user.Verifier is { } verifier)
        {
            var doubleSha1 = verifier.NativePassword is { } native ? Convert.FromHexString(native[1..]) : null;
            return UserCredential.FromHashes(
                user.Name, doubleSha1, verifier.CachingSha2 is { } sha2 ? Sha2Verifier.TryParse(sha2) : null, requireTls);
        }

        if (user.Password is not { } reference)
        {
            return UserCredential.FromClearPassword(user.Name, "", requireTls);
        }

        if (secrets.TryResolve(reference, out var password, out var problem))
        {
            return UserCredential.FromClearPassword(user.Name, password, requireTls);
        }

        Problems.Add($"user {user.Name}: {problem}");
        return null;
    }
}
