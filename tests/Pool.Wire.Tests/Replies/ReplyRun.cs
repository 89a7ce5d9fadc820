using Pool.Testing.Replies;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

/// <summary>Carries replies through a reader or past a tracker, cut as the test says.</summary>
internal static class ReplyRun
{
    /// <summary>What the pool's connections speak.</summary>
    public const Capabilities Modern = Capabilities.Protocol41 | Capabilities.DeprecateEof | Capabilities.SessionTrack;

    /// <summary>What a client speaks that knows neither.</summary>
    public const Capabilities Legacy = Capabilities.Protocol41;

    /// <summary>All clients that there are, as far as it matters here.</summary>
    public static readonly Capabilities[] Clients =
        [Modern, Legacy, Legacy | Capabilities.SessionTrack, Legacy | Capabilities.DeprecateEof];

    /// <summary>
    /// Receives the bytes into the reader's window, at most <paramref name="cut"/> (of the position) at a time, scans and
    /// sends; ends at the end of the bytes or of the reply. Answers what was sent.
    /// </summary>
    public static (byte[] Sent, ReplyProgress Progress, int Received) Through(
        ReplyReader reader, ReadOnlySpan<byte> bytes, Func<int, int> cut)
    {
        var sent = new MemoryStream();
        var at = 0;
        while (true)
        {
            var progress = reader.Scan();
            sent.Write(reader.Window.Ready.Span);
            reader.Window.Sent();
            if (progress != ReplyProgress.NeedMore || at == bytes.Length)
            {
                return (sent.ToArray(), progress, at);
            }

            var free = reader.Window.Free.Span;
            Assert.False(free.IsEmpty, "no room for the next receive");
            var chunk = bytes[at..][..Math.Min(Math.Max(1, cut(at)), Math.Min(free.Length, bytes.Length - at))];
            chunk.CopyTo(free);
            reader.Window.Received(chunk.Length);
            at += chunk.Length;
        }
    }

    /// <summary>As <see cref="Through"/>, for a reply that must end with the bytes.</summary>
    public static byte[] Whole(ReplyReader reader, byte[] bytes, Func<int, int> cut)
    {
        var (sent, progress, received) = Through(reader, bytes, cut);
        Assert.Equal((ReplyProgress.Done, bytes.Length, false), (progress, received, reader.Window.HasUnscanned));
        return sent;
    }

    /// <summary>What a tracker with these capabilities takes the packets of a reply for; never done before the last.</summary>
    public static (List<PacketKind> Kinds, ReplyTracker Tracker) Kinds(
        ReplyShape shape, Capabilities capabilities, ReadOnlySpan<byte> bytes, bool opensCursor = false)
    {
        var tracker = new ReplyTracker();
        tracker.Begin(shape, capabilities, opensCursor);
        var kinds = new List<PacketKind>();
        byte sequence = 1;
        while (!bytes.IsEmpty)
        {
            Assert.False(tracker.IsDone, "done before the last packet");
            var header = PacketHeader.Read(bytes);
            Assert.Equal(sequence++, header.Sequence);
            kinds.Add(tracker.Accept(header, bytes[PacketHeader.Size..header.PacketLength]));
            bytes = bytes[header.PacketLength..];
        }

        return (kinds, tracker);
    }

    /// <summary>The bytes of a reply in one format.</summary>
    public static byte[] Write(Capabilities capabilities, Action<ReplyBytes> write)
    {
        var bytes = new ReplyBytes(capabilities);
        write(bytes);
        return bytes.ToArray();
    }
}
