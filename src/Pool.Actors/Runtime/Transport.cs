namespace Pool.Actors.Runtime;

/// <summary>
/// A stream of bytes to one peer: the port behind which sockets, TLS and the tests' in-memory pipes live.
/// <para>
/// One receive and one send may be under way at a time, each begun by the one flow of control that owns the transport at that
/// moment. Ownership passes from flow to flow only through an operation with full-fence semantics (the pool's ownership word,
/// a waiter's grant). Continuations run on whichever I/O thread completed the operation, so nothing after an await may block.
/// </para>
/// <para>Only <see cref="Abort"/> may be called by anyone at any time.</para>
/// </summary>
public abstract class Transport
{
    /// <summary>The peer's address, for logs and process lists ("127.0.0.1:41022").</summary>
    public abstract string Peer { get; }

    /// <summary>True once the bytes are encrypted.</summary>
    public abstract bool IsEncrypted { get; }

    /// <summary>
    /// True once the stream has ended by anything but its peer, a timeout or a lost route: what the peer has of it is not known then.
    /// </summary>
    public abstract bool HasFailed { get; }

    /// <summary>
    /// Receives at least one byte into <paramref name="buffer"/> and answers how many. 0 means that the stream has ended or
    /// failed; nothing more will come. An empty buffer waits until something can be read, and then answers 0 as well:
    /// do not use it to detect the end. Never throws for what a peer or a network does.
    /// </summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>
    /// Sends all of <paramref name="bytes"/>; false when the stream has failed. Completes synchronously when the kernel takes
    /// everything at once, which is the rule. The buffer must stay untouched until completion.
    /// </summary>
    public abstract ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>
    /// Looks, without waiting or consuming, whether the peer has sent anything or closed. On an idle backend connection either
    /// means that it must not be used any more.
    /// </summary>
    public abstract bool HasPendingInput();

    /// <summary>Ends the stream at once; receives and sends under way complete as failed. Idempotent, callable from any thread.</summary>
    public abstract void Abort();

    /// <summary>Ends the stream after what was sent has been handed to the peer (no reset that eats the last error). Idempotent.</summary>
    public abstract void Close();
}
