using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// Takes the bytes of one loan both ways, until the borrower says that it is over. One flow reads the pipe all the time, so that a borrower
/// that is gone is noticed while the server works; the other receives from the server, one block for each that is wanted.
/// </summary>
internal sealed class LoanRelay(BackendConnection connection, FrameReader input, Transport pipe)
{
    // What one block can be: the more, the fewer rounds for a large result.
    private const int BlockBytes = 64 * 1024;
    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private readonly Signal _wanted = new();
    private volatile bool _isOwed;

    /// <summary>
    /// Relays until the end. The answer is the length of the borrower's release, which is to be read; or null if there is none: then nobody
    /// knows what happens on the connection, so that it and the pipe were cut off.
    /// </summary>
    public async ValueTask<int?> RunAsync()
    {
        var answers = AnswerAsync();
        var release = await RelayAsync();
        if (release is null)
        {
            connection.Abort();
            pipe.Abort();
        }

        // Not before an answer under way has been sent; the borrower may have it, and so be done with the loan, a moment earlier.
        _wanted.Set(false);
        await answers;
        ArrayPool<byte>.Shared.Return(_block);
        return release;
    }

    private async ValueTask<int?> RelayAsync()
    {
        while (true)
        {
            var frame = await input.ReadHeadAsync();
            switch (frame.Kind)
            {
                case FrameKind.Data when await SendAsync(frame.Length):
                    break;
                case FrameKind.Want when !_isOwed && frame.Length == 0:
                    _isOwed = true;
                    _wanted.Set(true);
                    break;
                case FrameKind.Release when !_isOwed:
                    return frame.Length;
                default:
                    return null;
            }
        }
    }

    // What the server does not take shows when its answer is wanted.
    private async ValueTask<bool> SendAsync(int length)
    {
        while (length > 0)
        {
            var some = await input.ReadSomeAsync(length);
            if (some.IsEmpty)
            {
                return false;
            }

            length -= some.Length;
            await connection.SendAsync(some);
        }

        return true;
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (await _wanted.WaitAsync())
            {
                var received = await connection.ReceiveAsync(_block.AsMemory(Frame.HeadBytes, BlockBytes - Frame.HeadBytes));
                new Frame(FrameKind.Block, received).Write(_block);
                _isOwed = false;
                await pipe.SendAsync(_block.AsMemory(0, Frame.HeadBytes + received));
            }
        }
        catch
        {
            // The borrower waits for its answer, and the other flow for the borrower.
            pipe.Abort();
            throw;
        }
    }
}
