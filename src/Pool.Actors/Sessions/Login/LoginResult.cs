using Pool.Actors.Runtime;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;

namespace Pool.Actors.Sessions.Login;

/// <summary>How a login ended.</summary>
/// <param name="Failure">Why it failed; the client was answered and the transport closed.</param>
/// <param name="User">The name that was given, if it came that far; whoever logs it escapes it.</param>
/// <param name="Client">Who got in; null on failure.</param>
public sealed record LoginResult(LoginFailure Failure, string? User, LoggedInClient? Client);

/// <summary>
/// A client that proved who it is and waits for its OK packet: the caller sends it (or an error), since there may be more to
/// check.
/// </summary>
public sealed record LoggedInClient
{
    /// <summary>The user.</summary>
    public required string User { get; init; }

    /// <summary>Where it comes from, as a server names it in its errors: without the port.</summary>
    public required string Address { get; init; }

    /// <summary>The database to start in, if one was named.</summary>
    public required string? Database { get; init; }

    /// <summary>The collation that was asked for; 0 if none was (COM_CHANGE_USER), 255 is what MySQL 8 clients send.</summary>
    public required int CollationId { get; init; }

    /// <summary>What both sides can do. Stays as it was on COM_CHANGE_USER.</summary>
    public required Capabilities Effective { get; init; }

    /// <summary>What the client says of itself: a few known names, values cut short. For operators; nothing to rely on.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Attributes { get; init; }

    /// <summary>It was logged in before: COM_CHANGE_USER.</summary>
    public required bool WasLoggedIn { get; init; }

    /// <summary>What it was greeted with.</summary>
    public required Salt Salt { get; init; }

    /// <summary>The stream, encrypted if that was agreed on.</summary>
    public required Transport Transport { get; init; }

    /// <summary>The sequence number of the OK packet.</summary>
    public required byte NextSequence { get; init; }

    /// <summary>Bytes that came behind the last packet: the beginning of the client's first command.</summary>
    public required ReadOnlyMemory<byte> Leftover { get; init; }
}
