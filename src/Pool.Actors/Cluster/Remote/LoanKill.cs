using System.Buffers.Binary;
using System.Text;
using Pool.Actors.Cluster.Peers;

namespace Pool.Actors.Cluster.Remote;

/// <summary>A borrower's wish that the lender interrupt what runs on a connection that it has lent: the thread, little endian, and the backend's name.</summary>
/// <param name="Backend">The backend's name.</param>
/// <param name="ThreadId">The server's number of the thread.</param>
public readonly record struct LoanKill(string Backend, ulong ThreadId)
{
    /// <summary>The kind of the question.</summary>
    public const string QuestionKind = "lease.kill";

    // What is not killed in this time is better killed by the borrower itself, if it can.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly byte[] s_done = [1];
    private static readonly byte[] s_notDone = [0];

    /// <summary>Reads the question's body; null if it makes no sense.</summary>
    public static LoanKill? Read(ReadOnlySpan<byte> body) => body.Length <= sizeof(ulong)
        ? null
        : new LoanKill(Encoding.UTF8.GetString(body[sizeof(ulong)..]), BinaryPrimitives.ReadUInt64LittleEndian(body));

    /// <summary>The answer's body.</summary>
    public static ReadOnlyMemory<byte> Answer(bool done) => done ? s_done : s_notDone;

    /// <summary>Whether an answer says that the server has interrupted the statement.</summary>
    public static bool WasDone(PeerAnswer answer) => answer.Failure is null && answer.Body.Span.SequenceEqual(s_done);

    /// <summary>The question.</summary>
    public PeerQuestion ToQuestion()
    {
        var body = new byte[sizeof(ulong) + Encoding.UTF8.GetByteCount(Backend)];
        BinaryPrimitives.WriteUInt64LittleEndian(body, ThreadId);
        Encoding.UTF8.GetBytes(Backend, body.AsSpan(sizeof(ulong)));
        return new PeerQuestion(QuestionKind, body) { Timeout = s_patience };
    }
}
