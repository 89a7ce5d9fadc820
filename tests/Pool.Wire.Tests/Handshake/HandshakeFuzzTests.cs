using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Tests.Handshake;

/// <summary>Whatever the bytes, reading answers: a fault, or views that lie within the payload.</summary>
public sealed class HandshakeFuzzTests
{
    private const int Rounds = 50_000;

    private static readonly byte[][] s_seeds =
    [
        Packet.Hex("0A 392E3700 0B000000 0102030405060708 00 FFFF FF 0200 FFDF 15 00000000000000000000 090A0B0C0D0E0F1011121314 00 61626300"),
        Packet.Hex("00828800 00000001 2D 00000000000000000000000000000000000000 1D000000 726F6F7400 03 AABBCC 616200 06 0161 0131 0000"),
        Packet.Hex("11 7500 02 AABB 646200 2D00 706C756700 04 0161 0131"),
        Packet.Hex("FE 706C756700 0102030405060708090A0B0C0D0E0F1011121314 00"),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(20_310)]
    public void Mutated_packets_never_throw(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var payload = Mutate(s_seeds[random.Next(s_seeds.Length)], random);
            var offered = (Capabilities)random.NextInt64() | Capabilities.Protocol41;
            try
            {
                ReadAll(payload, offered);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}, {Convert.ToHexString(payload)}, offered {offered}: {e}");
            }
        }
    }

    private static void ReadAll(byte[] payload, Capabilities offered)
    {
        ServerGreeting.TryRead(payload, out var greeting);
        SslRequest.TryRead(payload, out _);
        AuthSwitchRequest.TryRead(payload, out _);
        AuthMoreData.TryRead(payload, out _);
        if (HandshakeResponse.TryRead(payload, offered, out var response) == WireFault.None)
        {
            Walk(response.Attributes);
            var writer = new WireWriter(new byte[response.MaxLength]);
            response.Write(ref writer);
        }

        if (ChangeUser.TryRead(payload, offered, out var change) == WireFault.None)
        {
            Walk(change.Attributes);
        }

        Assert.True(greeting.Salt.Length is 0 or 20);
    }

    private static void Walk(ConnectionAttributes attributes)
    {
        var bytes = 0;
        foreach (var attribute in attributes)
        {
            bytes += attribute.Name.Length + attribute.Value.Length;
        }

        Assert.True(bytes <= attributes.Encoded.Length);
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed[..random.Next(seed.Length + 1)].Concat(new byte[random.Next(8)]).ToArray();
        for (var i = random.Next(6); i > 0 && bytes.Length > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)(0xFA + random.Next(6)) : (byte)random.Next(256);
        }

        return bytes;
    }
}
