using System.Buffers.Binary;
using System.Net;

namespace Pool.Wire.Handshake;

/// <summary>
/// The header of the PROXY protocol, version 2, in which a load balancer tells whom it speaks for.
/// <see href="https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt"/>
/// </summary>
/// <param name="Client">The client's address; null if the balancer speaks for itself (a health check), or the family is not IP.</param>
public readonly record struct ProxyHeader(IPEndPoint? Client)
{
    /// <summary>Bytes before the addresses.</summary>
    public const int FixedLength = 16;

    /// <summary>The largest header that is accepted: addresses and a few extensions.</summary>
    public const int MaxLength = 536;

    private const int Ipv4Length = 12;
    private const int Ipv6Length = 36;

    private static ReadOnlySpan<byte> Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>The length of the whole header, from its first <see cref="FixedLength"/> bytes.</summary>
    public static WireFault TryReadLength(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < FixedLength)
        {
            return WireFault.Truncated;
        }

        if (!bytes.StartsWith(Signature) || bytes[12] >> 4 != 2)
        {
            return WireFault.Malformed;
        }

        length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        return length <= MaxLength ? WireFault.None : WireFault.TooLarge;
    }

    /// <summary>Reads a whole header.</summary>
    public static WireFault TryRead(ReadOnlySpan<byte> bytes, out ProxyHeader header)
    {
        header = default;
        var fault = TryReadLength(bytes, out var length);
        if (fault != WireFault.None)
        {
            return fault;
        }

        if (bytes.Length < length)
        {
            return WireFault.Truncated;
        }

        const int Local = 0, Proxy = 1;
        var addresses = bytes[FixedLength..length];
        switch (bytes[12] & 0x0F, bytes[13] >> 4)
        {
            case (Local, _) or (Proxy, 0 or 3):
                return WireFault.None;
            case (Proxy, 1) when addresses.Length >= Ipv4Length:
                header = new(new IPEndPoint(new IPAddress(addresses[..4]), BinaryPrimitives.ReadUInt16BigEndian(addresses[8..])));
                return WireFault.None;
            case (Proxy, 2) when addresses.Length >= Ipv6Length:
                header = new(new IPEndPoint(new IPAddress(addresses[..16]), BinaryPrimitives.ReadUInt16BigEndian(addresses[32..])));
                return WireFault.None;
            default:
                return WireFault.Malformed;
        }
    }
}
