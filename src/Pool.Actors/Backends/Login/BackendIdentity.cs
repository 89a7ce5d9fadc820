using Pool.Actors.Runtime;
using Pool.Wire.Handshake;

namespace Pool.Actors.Backends.Login;

/// <summary>An authenticated connection: what the server said of itself, and the stream, on which nothing is under way.</summary>
public sealed record BackendIdentity
{
    /// <summary>The server's id of the connection's thread.</summary>
    public required ulong ThreadId { get; init; }

    /// <summary>The version as the greeting says it ("9.7.4", "5.5.5-10.11.19-MariaDB").</summary>
    public required string VersionText { get; init; }

    /// <summary>Whose server it is.</summary>
    public required ServerFlavour Flavour { get; init; }

    /// <summary>The version, without MariaDB's "5.5.5-" before it; 0.0 if it cannot be read.</summary>
    public required Version Version { get; init; }

    /// <summary>What both sides can do.</summary>
    public required Capabilities Effective { get; init; }

    /// <summary>The stream, encrypted if that was agreed on.</summary>
    public required Transport Transport { get; init; }
}

/// <summary>How a login at a backend ended.</summary>
/// <param name="Identity">The connection; null on failure.</param>
/// <param name="Failure">Why there is none; the transport was aborted. Null on success.</param>
public sealed record BackendLoginResult(BackendIdentity? Identity, ConnectFailure? Failure);
