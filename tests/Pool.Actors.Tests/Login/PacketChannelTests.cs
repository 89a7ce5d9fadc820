using Pool.Actors.Runtime;
using Pool.Testing;
using Pool.Wire;
using Pool.Wire.Framing;

namespace Pool.Actors.Tests.Login;

public sealed class PacketChannelTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    [InlineData(PacketHeader.MaxPayload - 1)]
    [InlineData(PacketHeader.MaxPayload)]
    [InlineData(PacketHeader.MaxPayload + 1)]
    [InlineData(2 * PacketHeader.MaxPayload)]
    public async Task A_payload_of_any_length_arrives_as_it_was_sent(int length)
    {
        var (near, far) = PipeTransport.CreatePair();
        var payload = new byte[length];
        new Random(length).NextBytes(payload);
        using var sender = new PacketChannel(near) { Sequence = 255 };
        using var receiver = new PacketChannel(far) { Sequence = 255 };

        var sending = sender.WriteAsync(payload);
        var read = await receiver.ReadAsync(length);

        Assert.True(await sending);
        Assert.True(read.Succeeded);
        Assert.True(payload.AsSpan().SequenceEqual(read.Payload.Span));
        Assert.Equal(sender.Sequence, receiver.Sequence);
        Assert.Equal((byte)(255 + 1 + (length / PacketHeader.MaxPayload)), receiver.Sequence);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Packets_are_the_same_in_pieces_of_any_size(int seed)
    {
        var (near, far) = PipeTransport.CreatePair(seed);
        using var sender = new PacketChannel(near);
        using var receiver = new PacketChannel(far);
        var random = new Random(seed);
        var payloads = Enumerable.Range(0, 200).Select(_ => new byte[random.Next(3000)]).ToList();
        foreach (var payload in payloads)
        {
            random.NextBytes(payload);
            sender.Queue(payload);
        }

        var sending = sender.FlushAsync();
        foreach (var payload in payloads)
        {
            var read = await receiver.ReadAsync(3000);
            Assert.True(read.Succeeded && payload.AsSpan().SequenceEqual(read.Payload.Span), $"seed {seed}");
        }

        Assert.True(await sending);
        Assert.True(receiver.Leftover.IsEmpty);
    }

    [Fact]
    public async Task The_limit_holds_for_the_whole_payload()
    {
        var (near, far) = PipeTransport.CreatePair(capacity: 1 << 26);
        using var sender = new PacketChannel(near);
        await sender.WriteAsync(new byte[PacketHeader.MaxPayload + 10]);
        using var receiver = new PacketChannel(far);

        Assert.Equal(WireFault.TooLarge, (await receiver.ReadAsync(PacketHeader.MaxPayload + 9)).Fault);
    }

    [Fact]
    public async Task An_announced_length_is_refused_before_it_is_received()
    {
        var (near, far) = PipeTransport.CreatePair();
        await near.SendAsync(new byte[] { 101, 0, 0, 0 });
        using var receiver = new PacketChannel(far);

        Assert.Equal(WireFault.TooLarge, (await receiver.ReadAsync(100)).Fault);
    }

    [Fact]
    public async Task A_wrong_sequence_number_is_a_fault()
    {
        var (near, far) = PipeTransport.CreatePair();
        await near.SendAsync(new byte[] { 1, 0, 0, 4, 9 });
        using var receiver = new PacketChannel(far) { Sequence = 3 };

        Assert.Equal(WireFault.BadSequence, (await receiver.ReadAsync(100)).Fault);
    }

    [Theory]
    [InlineData(0, WireFault.None)]
    [InlineData(1, WireFault.Truncated)]
    [InlineData(4, WireFault.Truncated)]
    [InlineData(6, WireFault.Truncated)]
    public async Task An_end_is_clean_only_between_packets(int bytes, WireFault expected)
    {
        var (near, far) = PipeTransport.CreatePair();
        await near.SendAsync(new byte[] { 3, 0, 0, 0, 1, 2, 3 }.AsMemory(0, bytes));
        near.Close();
        using var receiver = new PacketChannel(far);

        Assert.Equal(new PacketRead(expected, true, default), await receiver.ReadAsync(100));
    }

    [Fact]
    public async Task What_was_received_before_comes_first()
    {
        var (near, far) = PipeTransport.CreatePair();
        await near.SendAsync(new byte[] { 0, 7 });
        using var receiver = new PacketChannel(far, [1, 0, 0]);

        Assert.Equal([7], (await receiver.ReadAsync(10)).Payload.ToArray());
    }

    [Fact]
    public async Task What_lies_behind_a_packet_can_be_taken_away()
    {
        var (near, far) = PipeTransport.CreatePair();
        await near.SendAsync(new byte[] { 1, 0, 0, 0, 7, 8, 9 });
        using var receiver = new PacketChannel(far);
        await receiver.ReadAsync(10);

        Assert.Equal([8, 9], receiver.TakeLeftover().ToArray());
        Assert.True(receiver.Leftover.IsEmpty);
    }
}
