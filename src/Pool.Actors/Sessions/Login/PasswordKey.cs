using System.Security.Cryptography;
using System.Text;

namespace Pool.Actors.Sessions.Login;

/// <summary>
/// The RSA key pair with which clients on plain connections protect a password that must go over the wire. Made once per
/// process; safe to use from any thread.
/// </summary>
public sealed class PasswordKey : IDisposable
{
    private const int KeyBits = 2048;

    private readonly RSA _key = RSA.Create(KeyBits);
    private readonly Lock _gate = new();

    /// <summary>Makes the pair; takes a good part of a second.</summary>
    public PasswordKey() => PublicPem = Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem() + "\n");

    /// <summary>The public key as clients want it: PEM, SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> PublicPem { get; }

    /// <summary>
    /// Decrypts what a client encrypted (OAEP with SHA-1, as the protocol has it); null if it is no such thing. Takes about a
    /// millisecond: not on an I/O thread. The caller wipes the answer.
    /// </summary>
    public byte[]? TryDecrypt(ReadOnlySpan<byte> encrypted)
    {
        try
        {
            lock (_gate)
            {
                return _key.Decrypt(encrypted, RSAEncryptionPadding.OaepSHA1);
            }
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
