using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// Tells whether two nodes know a backend by the same version and the same variables, in the same places and with the same roles: what
/// settings are written by. Thread-safe.
/// </summary>
internal static class ServerDigest
{
    /// <summary>Bytes of a digest.</summary>
    public const int Bytes = SHA256.HashSizeInBytes;

    private static readonly ConditionalWeakTable<VariableCatalogue, byte[]> s_known = [];

    /// <summary>The digest of a backend that was checked and whose variables these are.</summary>
    public static byte[] Of(BackendFacts facts, VariableCatalogue catalogue)
    {
        if (!s_known.TryGetValue(catalogue, out var digest))
        {
            digest = Compute(facts, catalogue);
            s_known.AddOrUpdate(catalogue, digest);
        }

        return digest;
    }

    private static byte[] Compute(BackendFacts facts, VariableCatalogue catalogue)
    {
        var text = new StringBuilder(facts.VersionText);
        foreach (var variable in catalogue.Variables)
        {
            text.Append('\n').Append(variable.Name).Append(' ').Append(variable.Role).Append(' ').Append(variable.IsText);
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
