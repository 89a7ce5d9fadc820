namespace Pool.Wire.Auth;

/// <summary>The authentication methods that are spoken here.</summary>
public enum AuthMethod : byte
{
    /// <summary>Any other one.</summary>
    Unknown,

    /// <summary>mysql_native_password: SHA-1, one step. What MariaDB and old clients use.</summary>
    NativePassword,

    /// <summary>caching_sha2_password: SHA-256; one step if the server remembers the password, else a clear or RSA-encrypted one.</summary>
    CachingSha2Password,

    /// <summary>mysql_clear_password: as it is. Only where the transport is encrypted.</summary>
    ClearPassword,
}

/// <summary>The names of the methods on the wire.</summary>
public static class AuthMethodNames
{
    /// <summary>The plugin's name; empty for <see cref="AuthMethod.Unknown"/>.</summary>
    public static ReadOnlySpan<byte> WireName(this AuthMethod method) => method switch
    {
        AuthMethod.NativePassword => "mysql_native_password"u8,
        AuthMethod.CachingSha2Password => "caching_sha2_password"u8,
        AuthMethod.ClearPassword => "mysql_clear_password"u8,
        _ => default,
    };

    /// <summary>The method of a plugin's name.</summary>
    public static AuthMethod Find(ReadOnlySpan<byte> wireName)
    {
        foreach (var method in (ReadOnlySpan<AuthMethod>)[AuthMethod.NativePassword, AuthMethod.CachingSha2Password, AuthMethod.ClearPassword])
        {
            if (wireName.SequenceEqual(method.WireName()))
            {
                return method;
            }
        }

        return AuthMethod.Unknown;
    }
}
