using System.Text;
using Pool.Wire;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;

namespace Pool.Actors.Sessions.Login;

/// <summary>What a client asks for, copied out of its packet: a handshake response or COM_CHANGE_USER.</summary>
internal sealed record LoginRequest
{
    /// <summary>The longest user and database names, in bytes: what the servers' own tables can hold.</summary>
    private const int MaxNameBytes = 256;

    private const int MaxAttributeChars = 64;

    private static readonly string[] s_keptAttributes = ["program_name", "_client_name", "_client_version", "_pid"];

    public required string User { get; init; }

    public required string? Database { get; init; }

    public required int CollationId { get; init; }

    public required Capabilities Effective { get; init; }

    /// <summary>The method that made <see cref="AuthResponse"/>.</summary>
    public required AuthMethod Method { get; init; }

    /// <summary>Empty for an empty password; null if the response was not made for the salt of this exchange.</summary>
    public required byte[]? AuthResponse { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Attributes { get; init; }

    /// <summary>The client can be asked for another method.</summary>
    public bool CanSwitch => Effective.HasFlag(Capabilities.PluginAuth);

    public static WireFault TryRead(ReadOnlySpan<byte> payload, Capabilities offered, out LoginRequest? request)
    {
        request = null;
        var fault = HandshakeResponse.TryRead(payload, offered, out var response);
        if (fault == WireFault.None && !AreNames(response.User, response.Database))
        {
            fault = WireFault.TooLarge;
        }

        if (fault != WireFault.None)
        {
            return fault;
        }

        request = new LoginRequest
        {
            User = Encoding.UTF8.GetString(response.User),
            Database = response.Database.IsEmpty ? null : Encoding.UTF8.GetString(response.Database),
            CollationId = response.Head.CollationId,
            Effective = response.Effective,
            Method = MethodOf(response.Effective, response.PluginName),
            AuthResponse = response.AuthResponse.ToArray(),
            Attributes = Keep(response.Attributes),
        };
        return WireFault.None;
    }

    public static WireFault TryReadChangeUser(ReadOnlySpan<byte> payload, Capabilities effective, out LoginRequest? request)
    {
        request = null;
        var fault = ChangeUser.TryRead(payload, effective, out var change);
        if (fault == WireFault.None && !AreNames(change.User, change.Database))
        {
            fault = WireFault.TooLarge;
        }

        if (fault != WireFault.None)
        {
            return fault;
        }

        request = new LoginRequest
        {
            User = Encoding.UTF8.GetString(change.User),
            Database = change.Database.IsEmpty ? null : Encoding.UTF8.GetString(change.Database),
            CollationId = change.CollationId,
            Effective = effective,
            Method = MethodOf(effective, change.PluginName),
            AuthResponse = null,
            Attributes = Keep(change.Attributes),
        };
        return WireFault.None;
    }

    private static bool AreNames(ReadOnlySpan<byte> user, ReadOnlySpan<byte> database) =>
        user.Length <= MaxNameBytes && database.Length <= MaxNameBytes;

    // Before plugins had names there was one method.
    private static AuthMethod MethodOf(Capabilities effective, ReadOnlySpan<byte> plugin) => effective switch
    {
        _ when effective.HasFlag(Capabilities.PluginAuth) => AuthMethodNames.Find(plugin),
        _ when effective.HasFlag(Capabilities.SecureConnection) => AuthMethod.NativePassword,
        _ => AuthMethod.Unknown,
    };

    private static List<KeyValuePair<string, string>> Keep(ConnectionAttributes attributes)
    {
        var kept = new List<KeyValuePair<string, string>>(s_keptAttributes.Length);
        foreach (var attribute in attributes)
        {
            foreach (var name in s_keptAttributes)
            {
                if (kept.Count < s_keptAttributes.Length && attribute.Name.SequenceEqual(Encoding.ASCII.GetBytes(name)))
                {
                    var value = Encoding.UTF8.GetString(attribute.Value[..Math.Min(attribute.Value.Length, 4 * MaxAttributeChars)]);
                    kept.Add(new(name, value.Length <= MaxAttributeChars ? value : value[..MaxAttributeChars]));
                }
            }
        }

        return kept;
    }
}
