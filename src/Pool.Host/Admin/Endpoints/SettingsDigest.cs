using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Pool.Actors.Settings;

namespace Pool.Host.Admin.Endpoints;

/// <summary>A short name of settings that is the same on every node, where fingerprints are each node's own numbers.</summary>
internal static class SettingsDigest
{
    private const int Bytes = 6;

    /// <summary>The digest of all values behind a fingerprint.</summary>
    public static string Of(FingerprintEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (settings, kind) = (entry.Settings, entry.Class);
        Append(hash, kind.Account, $"{kind.FoundRows} {kind.LocalFiles} {kind.ExtendedMetadata} {settings.MultiStatements}", settings.Database);
        foreach (var variable in settings.Baseline.Catalogue.Variables)
        {
            Append(hash, variable.Name, settings[variable.Index]);
        }

        return Base64Url.EncodeToString(hash.GetHashAndReset().AsSpan(0, Bytes));
    }

    // With lengths, so that no two lists of texts are the same bytes.
    private static void Append(IncrementalHash hash, params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text ?? "");
            hash.AppendData(BitConverter.GetBytes(text is null ? -1 : bytes.Length));
            hash.AppendData(bytes);
        }
    }
}
