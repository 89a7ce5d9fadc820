using Pool.Wire.Handshake;

namespace Pool.Live.Tests.Twin;

/// <summary>Who logs in, and what that client says of itself.</summary>
internal sealed record WireIdentity(string User, string Password, string Database)
{
    /// <summary>Beside those that every client has.</summary>
    public Capabilities Flags { get; init; } = Capabilities.DeprecateEof | Capabilities.MultiStatements;

    /// <summary>The collation of the login; 45 is utf8mb4_general_ci at every server.</summary>
    public byte Collation { get; init; } = 45;
}
