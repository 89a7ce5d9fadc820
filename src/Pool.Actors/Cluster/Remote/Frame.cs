using System.Buffers.Binary;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// The head of a frame on a pipe: its kind, and how many bytes follow (little endian). Between loans the borrower asks and the lender
/// answers; during a loan bytes of the protocol go through as they are, in <see cref="FrameKind.Data"/> and <see cref="FrameKind.Block"/>.
/// </summary>
internal readonly record struct Frame(FrameKind Kind, int Length)
{
    /// <summary>Bytes of a head.</summary>
    public const int HeadBytes = 5;

    /// <summary>The longest message that is read whole.</summary>
    public const int MaxMessageBytes = 1024 * 1024;

    /// <summary>Reads a head.</summary>
    public static Frame Read(ReadOnlySpan<byte> head) =>
        new((FrameKind)head[0], BinaryPrimitives.ReadInt32LittleEndian(head[1..]));

    /// <summary>Writes the head.</summary>
    public void Write(Span<byte> head)
    {
        head[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], Length);
    }
}

/// <summary>What a frame is.</summary>
internal enum FrameKind : byte
{
    /// <summary>The pipe has ended, or what came is no frame.</summary>
    None,

    /// <summary>Borrower: a connection is wanted, <see cref="LoanRequest"/>.</summary>
    Request,

    /// <summary>Lender: here it is, <see cref="LoanGrant"/>.</summary>
    Grant,

    /// <summary>Lender: there is none, <see cref="LoanRefusal"/>.</summary>
    Refusal,

    /// <summary>Borrower: bytes for the server.</summary>
    Data,

    /// <summary>
    /// Borrower: the server owes bytes; answered by one <see cref="Block"/>. So the lender receives only what belongs to the loan, without
    /// having to understand it.
    /// </summary>
    Want,

    /// <summary>Lender: bytes of the server; none if the connection to it is lost.</summary>
    Block,

    /// <summary>Borrower: the loan is over; how it ended, and what the connection carries. Not while a block is owed: then the pipe is closed.</summary>
    Release,
}
