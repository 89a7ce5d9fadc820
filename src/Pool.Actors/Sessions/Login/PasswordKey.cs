using System.Security.Cryptography;
using System.Text;

namespace Pool.Actors.Sessions.Login;

/// <summary>
/// The RSA key pair with which clients on plain connections protect a password that must go over the wire. Made once per
/// process, when the first client asks for it; safe to use from any thread.
/// </summary>
public sealed class PasswordKey : IDisposable
{
    private const int KeyBits = 2048;

    private readonly Lazy<Task<(RSA Key, byte[] Pem)>> _pair = new(static () => Task.Run(Make));
    private readonly Lock _gate = new();

    /// <summary>The public key as clients want it: PEM, SubjectPublicKeyInfo. The first to ask waits for a good part of a second.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PublicPemAsync() => (await _pair.Value).Pem;

    /// <summary>
    /// Decrypts what a client encrypted (OAEP with SHA-1, as the protocol has it); null if it is no such thing, or nobody has the key yet. Takes
    /// about a millisecond: not on an I/O thread. The caller wipes the answer.
    /// </summary>
    public byte[]? TryDecrypt(ReadOnlySpan<byte> encrypted)
    {
        if (!IsMade)
        {
            return null;
        }

        try
        {
            lock (_gate)
            {
                return _pair.Value.Result.Key.Decrypt(encrypted, RSAEncryptionPadding.OaepSHA1);
            }
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsMade)
        {
            _pair.Value.Result.Key.Dispose();
        }
    }

    private bool IsMade => _pair is { IsValueCreated: true, Value.IsCompletedSuccessfully: true };

    private static (RSA Key, byte[] Pem) Make()
    {
        var key = RSA.Create(KeyBits);
        return (key, Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n"));
    }
}
