using Pool.Testing.Replies;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;
using Pool.Wire.Tests.Replies;

namespace Pool.Wire.Tests.Fuzz;

/// <summary>Whatever a server sends, nothing breaks, and what is passed on is a reply as far as it goes.</summary>
public sealed class ReplyFuzzTests
{
    private static readonly ReplyShape[] s_shapes = Enum.GetValues<ReplyShape>();

    [Fact]
    public void A_reader_passes_on_well_formed_replies_or_faults() => FuzzRun.Of(
        4000,
        random => MutatedReply(random),
        (bytes, random) =>
        {
            var shape = random.Next(2) == 0 ? ReplyShape.Results : s_shapes[random.Next(s_shapes.Length)];
            var client = ReplyRun.Clients[random.Next(ReplyRun.Clients.Length)];
            Check(bytes, shape, ReplyRun.Modern, client, random);
        });

    [Fact]
    public void A_reader_survives_every_pair_of_formats() => FuzzRun.Of(
        4000,
        random => MutatedReply(random),
        (bytes, random) =>
        {
            var (connection, client) = ((Capabilities)random.NextInt64(), (Capabilities)random.NextInt64());
            var reader = new ReplyReader();
            reader.Begin(s_shapes[random.Next(s_shapes.Length)], connection, client, (ServerStatus)random.Next(1 << 16));
            var (sent, _, received) = ReplyRun.Through(reader, bytes, _ => random.Next(1, 50));
            Assert.InRange(sent.Length, 0, MostSent(bytes.AsSpan(0, received)));
        });

    [Fact]
    public void A_walker_accounts_for_every_byte() => FuzzRun.Of(
        4000,
        MutatedReply,
        (bytes, random) =>
        {
            var walker = new PacketWalker();
            var at = 0;
            for (var end = 0; end < bytes.Length;)
            {
                end = Math.Min(bytes.Length, end + random.Next(1, 40));
                while (walker.Next(bytes.AsSpan(at..end), out var isBody) is > 0 and var run)
                {
                    Assert.True(isBody ? run <= walker.Header.PayloadLength : run == PacketHeader.Size);
                    at += run;
                }

                Assert.InRange(end - at, 0, PacketHeader.Size - 1);
            }
        });

    [Fact]
    public void State_changes_stay_within_their_block() => FuzzRun.Of(
        20_000,
        random => Mutation.Of(
            [
                .. StateChange.Variable("a", "b"), .. StateChange.Schema("d"), .. StateChange.Something(), .. StateChange.Gtids("g"),
            ],
            random),
        (bytes, _) =>
        {
            var (read, steps) = (0, 0);
            var changes = new SessionTrack(bytes);
            while (changes.MoveNext())
            {
                read += changes.Name.Length + changes.Value.Length;
                Assert.True(++steps <= bytes.Length && read <= bytes.Length);
            }
        });

    [Fact]
    public void Packets_of_a_reply_are_views_of_their_payload_or_a_fault() => FuzzRun.Of(
        20_000,
        random => Mutation.Of(
            new ReplyBytes(ReplyRun.Modern)
                .Ok(new OkFields(AffectedRows: 300, InsertId: 1 << 20, Info: "info", Changes: StateChange.Schema("d")))
                .ToArray().AsSpan(PacketHeader.Size),
            random),
        (bytes, random) =>
        {
            var fault = OkPacket.TryRead(bytes, (Capabilities)random.NextInt64(), out var ok);
            Assert.True(fault != WireFault.None || ok.Info.Length + ok.StateChanges.Length < bytes.Length);
            fault = ErrPacket.TryRead(bytes, out var error);
            Assert.True(fault != WireFault.None || (error.Message.Length < bytes.Length && error.SqlState.Length is 0 or 5));
            Assert.Equal(bytes.Length < EofPacket.PayloadLength, EofPacket.TryRead(bytes, out _, out _) != WireFault.None);
        });

    [Fact]
    public void Rows_are_read_from_any_packets() => FuzzRun.Of(
        10_000,
        random =>
        {
            var bytes = new ReplyBytes(ReplyRun.Modern);
            for (var count = random.Next(1, 6); count > 0; count--)
            {
                bytes.Packet(Mutation.Of([0x01, 0x31, 0xFB, 0x02, 0x32, 0x33], random));
            }

            return [.. ReplyRun.Write(ReplyRun.Modern, b => b.ResultSet(ServerStatus.None, "a", "b")), .. bytes.ToArray()];
        },
        (bytes, _) =>
        {
            Assert.InRange(TextRows.Read(bytes, ReplyRun.Modern).Count, 0, bytes.Length);
            Assert.InRange(TextRows.ReadError(bytes).Code, 0, ushort.MaxValue);
            Assert.True(TypedRow.Read(bytes, ReplyRun.Modern) is not { Values.Count: not 2 });
        });

    private static byte[] MutatedReply(Random random)
    {
        byte[] bytes;
        do
        {
            bytes = new ReplyScript(random).Bytes(ReplyRun.Modern);
        }
        while (bytes.Length > 4000);

        return Mutation.Of(bytes, random);
    }

    private static void Check(byte[] bytes, ReplyShape shape, Capabilities connection, Capabilities client, Random random)
    {
        var reader = new ReplyReader();
        reader.Begin(shape, connection, client, ServerStatus.Autocommit);
        var (sent, progress, received) = ReplyRun.Through(reader, bytes, _ => random.Next(1, 100));
        Assert.True(progress != ReplyProgress.NeedMore || received == bytes.Length);
        if (client == connection)
        {
            Assert.True(bytes.AsSpan(0, sent.Length).SequenceEqual(sent), "a reply that needs no change was changed");
        }

        Assert.InRange(sent.Length, 0, MostSent(bytes.AsSpan(0, received)));
        var tracker = new ReplyTracker();
        tracker.Begin(shape, client);
        byte sequence = 1;
        var rest = sent.AsSpan();
        while (rest.Length >= PacketHeader.Size && PacketHeader.Read(rest) is var header && rest.Length >= header.PacketLength)
        {
            Assert.Equal(sequence++, header.Sequence);
            Assert.NotEqual(PacketKind.Fault, tracker.Accept(header, rest[PacketHeader.Size..header.PacketLength]));
            rest = rest[header.PacketLength..];
        }

        Assert.True(progress != ReplyProgress.Done || (tracker.IsDone && rest.IsEmpty), "the client waits for more");
        Assert.True(progress != ReplyProgress.ClientMustSend || (tracker.AwaitsClientData && rest.IsEmpty));
    }

    // An EOF for each packet received, and no more.
    private static int MostSent(ReadOnlySpan<byte> received)
    {
        var most = received.Length;
        var walker = new PacketWalker();
        while (walker.Next(received, out var isBody) is > 0 and var run)
        {
            most += isBody ? 0 : EofPacket.PacketLength;
            received = received[run..];
        }

        return most;
    }
}
