using System.ComponentModel.DataAnnotations;

namespace Pool.Host.Configuration;

/// <summary>What proves a password without telling it. Never printed: it can be attacked offline.</summary>
public sealed record VerifierConfig
{
    /// <summary>The value of mysql.user.authentication_string for caching_sha2_password.</summary>
    [Reloadable, Secret, RegularExpression(@"\$A\$[0-9A-F]{3}\$[\s\S]{20}[./0-9A-Za-z]{43}")]
    public string? CachingSha2 { get; init; }

    /// <summary>The value of mysql.user.authentication_string for mysql_native_password.</summary>
    [Reloadable, Secret, RegularExpression(@"\*[0-9A-Fa-f]{40}")]
    public string? NativePassword { get; init; }

    /// <summary>Says which hashes there are, not what they are.</summary>
    public override string ToString() =>
        $"{nameof(VerifierConfig)} {{ {nameof(CachingSha2)}: {Presence(CachingSha2)}, {nameof(NativePassword)}: {Presence(NativePassword)} }}";

    private static string Presence(string? hash) => hash is null ? "none" : "set";
}
