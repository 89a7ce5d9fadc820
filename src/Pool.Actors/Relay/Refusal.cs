namespace Pool.Actors.Relay;

/// <summary>Why a command was not sent to a connection.</summary>
/// <param name="Packet">The error for the client, with sequence number 1.</param>
/// <param name="EndsSession">The session has lost what it had on its connection, and cannot go on.</param>
internal readonly record struct Refusal(ReadOnlyMemory<byte> Packet, bool EndsSession = false);
