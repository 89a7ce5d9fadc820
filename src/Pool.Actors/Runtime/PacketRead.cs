using Pool.Wire;

namespace Pool.Actors.Runtime;

/// <summary>What a <see cref="PacketChannel"/> read.</summary>
/// <param name="Fault">Why there is no packet; <see cref="WireFault.Truncated"/> when the stream ended within one.</param>
/// <param name="Ended">The stream has ended or failed.</param>
/// <param name="Payload">The payload, in the channel's buffer: valid until its next read.</param>
public readonly record struct PacketRead(WireFault Fault, bool Ended, ReadOnlyMemory<byte> Payload)
{
    /// <summary>True if there is a packet.</summary>
    public bool Succeeded => Fault == WireFault.None && !Ended;
}
