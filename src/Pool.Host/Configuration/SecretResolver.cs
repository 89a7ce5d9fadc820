using System.Text;

namespace Pool.Host.Configuration;

/// <summary>
/// Looks secrets up, each time anew, so that a changed file is seen. Keeps nothing; the caller keeps the secret no longer than
/// it needs it. Thread-safe.
/// </summary>
/// <param name="environment">The environment's variables.</param>
public sealed class SecretResolver(IReadOnlyDictionary<string, string> environment)
{
    private const int LargestFileBytes = 64 << 10;

    /// <summary>Reads the secret; false and why not (without the secret), if it is not there, empty or not text.</summary>
    public bool TryResolve(SecretReference reference, out string secret, out string problem)
    {
        (secret, problem) = reference switch
        {
            { Environment: { } name, File: null } => FromEnvironment(name),
            { Environment: null, File: { } path } => FromFile(path),
            _ => ("", "must have exactly one of Environment, File"),
        };
        return problem.Length == 0;
    }

    private (string Secret, string Problem) FromEnvironment(string name) =>
        environment.TryGetValue(name, out var value) && value.Length > 0
            ? (value, "")
            : ("", $"environment variable {name} is not set or empty");

    private static (string Secret, string Problem) FromFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[LargestFileBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > LargestFileBytes)
            {
                return ("", $"file {path} is larger than {LargestFileBytes >> 10} KiB");
            }

            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
            text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            return text.Length > 0 ? (text, "") : ("", $"file {path} is empty");
        }
        catch (DecoderFallbackException)
        {
            return ("", $"file {path} is not UTF-8 text");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return ("", $"file {path} cannot be read: {unreadable.Message}");
        }
    }
}
