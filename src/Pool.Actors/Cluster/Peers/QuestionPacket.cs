using System.Text;
using Pool.Wire;
using Pool.Wire.Primitives;

namespace Pool.Actors.Cluster.Peers;

/// <summary>Questions and answers as packets.</summary>
internal static class QuestionPacket
{
    private const byte Answered = 0;
    private const byte Failed = 1;

    /// <summary>A question: its kind, and its body to the end.</summary>
    public static byte[] Question(PeerQuestion question)
    {
        var kind = Encoding.UTF8.GetBytes(question.Kind);
        var writer = new WireWriter(new byte[kind.Length + 9 + question.Body.Length]);
        writer.LengthEncodedBytes(kind);
        writer.Bytes(question.Body.Span);
        return writer.Written.ToArray();
    }

    /// <summary>Reads a question.</summary>
    public static WireFault TryReadQuestion(ReadOnlyMemory<byte> packet, out string kind, out ReadOnlyMemory<byte> body)
    {
        var reader = new WireReader(packet.Span);
        kind = Encoding.UTF8.GetString(reader.LengthEncodedBytes());
        body = packet[reader.Position..];
        return reader.Fault;
    }

    /// <summary>An answer: how it went, and its body or what failed.</summary>
    public static byte[] Answer(ReadOnlyMemory<byte> body, string? failure) =>
        failure is null ? [Answered, .. body.Span] : [Failed, .. Encoding.UTF8.GetBytes(failure)];

    /// <summary>Reads an answer of a node; copied.</summary>
    public static PeerAnswer ReadAnswer(ReadOnlySpan<byte> packet, string node) => packet switch
    {
        [Answered, .. var body] => new PeerAnswer(body.ToArray(), null),
        [Failed, .. var failure] => new PeerAnswer(default, $"node '{node}': {Encoding.UTF8.GetString(failure)}"),
        _ => new PeerAnswer(default, $"node '{node}' gave an answer that cannot be understood"),
    };
}
