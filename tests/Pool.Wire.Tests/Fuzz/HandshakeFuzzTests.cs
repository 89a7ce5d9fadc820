using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Tests.Handshake;

namespace Pool.Wire.Tests.Fuzz;

/// <summary>Whatever a stranger sends before it has logged in, nothing breaks, and views lie within the payload.</summary>
public sealed class HandshakeFuzzTests
{
    private const int Rounds = 20_000;

    private const Capabilities All = (Capabilities)0xFFFF_FFFF & ~Capabilities.Ssl;

    private static readonly byte[] s_salt = Packet.Hex("0102030405060708 090A0B0C0D0E0F1011121314");
    private static readonly byte[] s_greeting = Packet.Hex(
        "0A 392E3700 0B000000 0102030405060708 00 FFFF FF 0200 FFDF 15 00000000000000000000"
        + " 090A0B0C0D0E0F1011121314 00 61626300");

    private static readonly byte[] s_attributes = ConnectionAttributes.Encode([new("_os", "x"), new("program_name", "fuzz")]);

    [Fact]
    public void A_greeting_is_read_or_a_fault() => FuzzRun.Of(
        Rounds,
        random => Mutation.Of(s_greeting, random),
        (bytes, _) =>
        {
            var fault = ServerGreeting.TryRead(bytes, out var greeting);
            Assert.Equal(fault == WireFault.None ? s_salt.Length : 0, greeting.Salt.Length);
            Assert.True(fault != WireFault.None || greeting.ServerVersion.Length + greeting.PluginName.Length < bytes.Length);
        });

    [Fact]
    public void A_handshake_response_is_read_or_a_fault() => FuzzRun.Of(
        Rounds,
        random =>
        {
            var response = new HandshakeResponse
            {
                Head = new SslRequest { ClientFlags = Flags(random) },
                Effective = Flags(random),
                User = "root"u8,
                AuthResponse = s_salt,
                Database = "db"u8,
                PluginName = "caching_sha2_password"u8,
                Attributes = ConnectionAttributes.Of(s_attributes),
            };
            return Mutation.Of(Written(response), random);
        },
        (bytes, random) =>
        {
            if (HandshakeResponse.TryRead(bytes, Flags(random), out var response) == WireFault.None)
            {
                var (user, answer) = (response.User.Length, response.AuthResponse.Length);
                Assert.InRange(Sum(response.Attributes) + user + answer + response.Database.Length, 0, bytes.Length);
                var again = Written(response);
                Assert.Equal(WireFault.None, HandshakeResponse.TryRead(again, response.Effective, out var same));
                Assert.True(same.User.SequenceEqual(response.User) && same.AuthResponse.SequenceEqual(response.AuthResponse));
            }
        });

    [Fact]
    public void A_change_of_user_is_read_or_a_fault() => FuzzRun.Of(
        Rounds,
        random => Mutation.Of(Packet.Hex("11 7500 02 AABB 646200 2D00 706C756700 04 0161 0131"), random),
        (bytes, random) =>
        {
            var fault = ChangeUser.TryRead(bytes, Flags(random), out var change);
            var read = Sum(change.Attributes) + change.User.Length + change.AuthResponse.Length + change.Database.Length;
            Assert.InRange(read, 0, fault == WireFault.None ? bytes.Length : 0);
        });

    [Fact]
    public void Connection_attributes_are_read_or_a_fault() => FuzzRun.Of(
        Rounds,
        random => Mutation.Of([(byte)s_attributes.Length, .. s_attributes], random),
        (bytes, _) =>
        {
            var reader = new WireReader(bytes);
            var attributes = ConnectionAttributes.Read(ref reader);
            Assert.True(Sum(attributes) <= bytes.Length);
            Assert.True(reader.Fault == WireFault.None || attributes.Encoded.IsEmpty);
        });

    [Fact]
    public void A_switch_of_the_method_is_read_or_a_fault() => FuzzRun.Of(
        Rounds,
        random => Mutation.Of(Packet.Hex("FE 706C756700 0102030405060708090A0B0C0D0E0F1011121314 00"), random),
        (bytes, _) =>
        {
            var fault = AuthSwitchRequest.TryRead(bytes, out var request);
            Assert.True(fault != WireFault.None || request.PluginName.Length + request.Data.Length < bytes.Length);
            fault = AuthMoreData.TryRead(bytes, out var more);
            Assert.True(fault != WireFault.None || more.Data.Length == bytes.Length - 1);
        });

    [Fact]
    public void A_proxy_header_is_read_or_a_fault() => FuzzRun.Of(
        Rounds,
        random => Mutation.Of(Packet.Hex("0D0A0D0A000D0A515549540A 21 11 000C 0A000001 0A000002 C350 0CEA"), random),
        (bytes, _) =>
        {
            var fault = ProxyHeader.TryReadLength(bytes, out var length);
            Assert.True(fault != WireFault.None || length is >= ProxyHeader.FixedLength and <= ProxyHeader.MaxLength);
            var whole = ProxyHeader.TryRead(bytes, out var header);
            Assert.True(whole == WireFault.None ? fault == WireFault.None && length <= bytes.Length : header.Client is null);
        });

    private static Capabilities Flags(Random random) =>
        (random.Next(2) == 0 ? All : (Capabilities)random.NextInt64()) | Capabilities.Protocol41;

    private static byte[] Written(HandshakeResponse response)
    {
        var writer = new WireWriter(new byte[response.MaxLength]);
        response.Write(ref writer);
        return writer.Written.ToArray();
    }

    private static int Sum(ConnectionAttributes attributes)
    {
        var sum = 0;
        foreach (var attribute in attributes)
        {
            sum += attribute.Name.Length + attribute.Value.Length;
        }

        return sum;
    }
}
