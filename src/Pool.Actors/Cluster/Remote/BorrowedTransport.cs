using System.Runtime.CompilerServices;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// The stream of a borrowed connection, through the pipe to the node that has it. What is sent waits for the next receive (or the end of
/// the loan), so that a statement and the wish for its reply go out in one write; large commands go through as they come. Each receive
/// asks for bytes that the server owes, so that the lender never receives what belongs to another.
/// </summary>
internal sealed class BorrowedTransport(Transport pipe, FrameReader input, FrameWriter output) : Transport
{
    private bool _isOwed;
    private int _left;

    /// <inheritdoc/>
    public override string Peer => pipe.Peer;

    /// <inheritdoc/>
    public override bool IsEncrypted => pipe.IsEncrypted;

    /// <inheritdoc/>
    public override bool HasFailed => pipe.HasFailed;

    /// <summary>True if bytes of the server were asked for and have not been received.</summary>
    public bool IsMidReply => _isOwed || _left > 0;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        if (_left == 0)
        {
            _isOwed = true;
            output.Empty(FrameKind.Want);
            if (!await output.FlushAsync())
            {
                return 0;
            }

            if (await input.ReadHeadAsync() is not { Kind: FrameKind.Block, Length: > 0 and var length })
            {
                return 0;
            }

            (_left, _isOwed) = (length, false);
        }

        var some = await input.ReadSomeAsync(Math.Min(_left, buffer.Length));
        some.CopyTo(buffer);
        _left -= some.Length;
        return some.Length;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes) =>
        output.TryQueueData(bytes.Span) ? ValueTask.FromResult(true) : output.SendDataAsync(bytes);

    /// <inheritdoc/>
    public override bool HasPendingInput() => input.HasInput;

    /// <inheritdoc/>
    public override void Abort() => pipe.Abort();

    /// <inheritdoc/>
    public override void Close() => pipe.Abort();
}
