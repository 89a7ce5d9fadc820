using System.Security.Cryptography;
using System.Text;
using Pool.Wire.Auth;

namespace Pool.Actors.Sessions.Login;

/// <summary>
/// What is kept of a user's password: hashes, never the password. Immutable but for the fast hash, which is learned from the
/// first full authentication. Safe to use from any thread.
/// </summary>
public sealed class UserCredential
{
    // What a password is checked against, for its cost alone, where there is no expensive verifier.
    private static readonly Sha2Verifier s_ballast = Sha2Verifier.Decoy(new byte[Scramble.Length]);

    private readonly byte[]? _doubleSha1;
    private readonly Sha2Verifier? _verifier;
    private byte[]? _doubleSha256;

    private UserCredential(string name, bool requireTls, bool emptyPassword, byte[]? doubleSha1, byte[]? doubleSha256, Sha2Verifier? verifier)
    {
        Name = name;
        RequireTls = requireTls;
        EmptyPassword = emptyPassword;
        _doubleSha1 = doubleSha1;
        _doubleSha256 = doubleSha256;
        _verifier = verifier;
    }

    /// <summary>The user's name.</summary>
    public string Name { get; }

    /// <summary>The user may come over encrypted transports only.</summary>
    public bool RequireTls { get; }

    /// <summary>The user needs no password, and may not give one.</summary>
    public bool EmptyPassword { get; }

    /// <summary>Hashes a password that is known; it is not kept. The empty string makes a user without a password.</summary>
    public static UserCredential FromClearPassword(string name, string password, bool requireTls)
    {
        if (password.Length == 0)
        {
            return new UserCredential(name, requireTls, true, null, null, null);
        }

        var bytes = Encoding.UTF8.GetBytes(password);
        var credential = new UserCredential(name, requireTls, false, NativePassword.Store(bytes), CachingSha2Password.Store(bytes), null);
        CryptographicOperations.ZeroMemory(bytes);
        return credential;
    }

    /// <summary>
    /// Takes hashes out of a server's user table: SHA1(SHA1(password)) of mysql_native_password, the verifier of
    /// caching_sha2_password, or both.
    /// </summary>
    public static UserCredential FromHashes(string name, byte[]? doubleSha1, Sha2Verifier? verifier, bool requireTls) =>
        new(name, requireTls, false, doubleSha1, null, verifier);

    /// <summary>True if there is something to check this method's responses against.</summary>
    public bool Supports(AuthMethod method) => method switch
    {
        AuthMethod.NativePassword => EmptyPassword || _doubleSha1 is not null,
        AuthMethod.CachingSha2Password => EmptyPassword || _verifier is not null || _doubleSha256 is not null,
        AuthMethod.ClearPassword => true,
        _ => false,
    };

    /// <summary>Checks a mysql_native_password response that is not empty.</summary>
    public bool VerifyNative(ReadOnlySpan<byte> response, ReadOnlySpan<byte> salt) =>
        NativePassword.Verify(response, salt, _doubleSha1);

    /// <summary>Checks a fast caching_sha2_password response. False also while the fast hash is not known.</summary>
    public bool VerifyFast(ReadOnlySpan<byte> response, ReadOnlySpan<byte> salt) =>
        CachingSha2Password.Verify(response, salt, Volatile.Read(ref _doubleSha256));

    /// <summary>
    /// Checks a password (UTF-8, without a NUL). Takes milliseconds, by intent and whatever is known of the user: not on an
    /// I/O thread. Success makes the fast way possible from then on.
    /// </summary>
    public bool VerifyClear(ReadOnlySpan<byte> password)
    {
        var byVerifier = (_verifier ?? s_ballast).Verify(password);
        var hash = CachingSha2Password.Store(password);
        if (_verifier is not null && byVerifier)
        {
            Volatile.Write(ref _doubleSha256, hash);
            return true;
        }

        return password.IsEmpty
            ? EmptyPassword
            : CryptographicOperations.FixedTimeEquals(hash, Volatile.Read(ref _doubleSha256))
              | CryptographicOperations.FixedTimeEquals(NativePassword.Store(password), _doubleSha1);
    }

    /// <summary>One that looks the same from outside, and that nothing verifies against.</summary>
    public UserCredential ToDecoy() => new(
        "",
        RequireTls,
        emptyPassword: false,
        Supports(AuthMethod.NativePassword) ? RandomNumberGenerator.GetBytes(NativePassword.Length) : null,
        _verifier is null && Supports(AuthMethod.CachingSha2Password) ? RandomNumberGenerator.GetBytes(CachingSha2Password.Length) : null,
        _verifier is null ? null : Sha2Verifier.Decoy(RandomNumberGenerator.GetBytes(Scramble.Length)));
}
