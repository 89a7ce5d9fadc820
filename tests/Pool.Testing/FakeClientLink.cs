using Pool.Actors.Runtime;

namespace Pool.Testing;

/// <summary>The node's end of a client's stream, which counts what is received and breaks its contract on demand.</summary>
public sealed class FakeClientLink(Transport inner) : Transport
{
    private int _receives;

    /// <summary>How often something was received.</summary>
    public int Receives => Volatile.Read(ref _receives);

    /// <summary>What the next send throws; null: nothing.</summary>
    public Exception? Bug { get; set; }

    /// <inheritdoc/>
    public override string Peer => inner.Peer;

    /// <inheritdoc/>
    public override bool IsEncrypted => inner.IsEncrypted;

    /// <inheritdoc/>
    public override bool HasFailed => inner.HasFailed;

    /// <inheritdoc/>
    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        Interlocked.Increment(ref _receives);
        return inner.ReceiveAsync(buffer);
    }

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes) => Bug is null ? inner.SendAsync(bytes) : throw Bug;

    /// <inheritdoc/>
    public override bool HasPendingInput() => inner.HasPendingInput();

    /// <inheritdoc/>
    public override void Abort() => inner.Abort();

    /// <inheritdoc/>
    public override void Close() => inner.Close();
}
