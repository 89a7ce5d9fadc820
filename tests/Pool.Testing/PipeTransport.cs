using System.IO.Pipelines;
using Pool.Actors.Runtime;

namespace Pool.Testing;

/// <summary>
/// Two ends of a stream in memory, byte-exact: what one sends the other receives, in pieces of any size if a seed is given.
/// <see cref="Abort"/> takes away what the peer has not received yet, as a reset does; <see cref="Close"/> does not.
/// </summary>
public sealed class PipeTransport : Transport
{
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly Random? _splitter;
    private PipeTransport _other = null!;
    private volatile bool _ended;
    private volatile bool _reset;
    private volatile bool _failed;
    private volatile bool _isWaiting;
    private int _sends;

    private PipeTransport(string peer, PipeReader input, PipeWriter output, Random? splitter)
    {
        Peer = peer;
        _input = input;
        _output = output;
        _splitter = splitter;
    }

    /// <inheritdoc/>
    public override string Peer { get; }

    /// <inheritdoc/>
    public override bool IsEncrypted => false;

    /// <inheritdoc/>
    public override bool HasFailed => _failed;

    /// <summary>True once this end was aborted or closed.</summary>
    public bool IsEnded => _ended;

    /// <summary>True while a send waits for room, since the other end does not receive.</summary>
    public bool IsWaiting => _isWaiting;

    /// <summary>What the other end's sends throw from now on, as only a bug would; null for nothing.</summary>
    public Exception? OthersFault { get; set; }

    /// <summary>How often the other end has sent.</summary>
    public int Deliveries => Volatile.Read(ref _other._sends);

    /// <summary>Makes the two ends.</summary>
    /// <param name="seed">Receives answer pieces of random sizes by this seed; null: all that is there.</param>
    /// <param name="capacity">A send waits while this many bytes have not been received.</param>
    public static (PipeTransport Client, PipeTransport Server) CreatePair(int? seed = null, int capacity = 1 << 20)
    {
        var options = new PipeOptions(pauseWriterThreshold: capacity, resumeWriterThreshold: capacity / 2, useSynchronizationContext: false);
        var upward = new Pipe(options);
        var downward = new Pipe(options);
        var client = new PipeTransport("192.0.2.1:3306", downward.Reader, upward.Writer, seed is { } s ? new Random(s) : null);
        var server = new PipeTransport("198.51.100.7:50000", upward.Reader, downward.Writer, seed is { } t ? new Random(t + 1) : null);
        (client._other, server._other) = (server, client);
        return (client, server);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        if (_ended || _reset)
        {
            return 0;
        }

        var read = await _input.ReadAsync();
        var available = (int)Math.Min(read.Buffer.Length, buffer.Length);
        if (_ended || _reset || read.IsCanceled || available == 0)
        {
            _input.AdvanceTo(read.Buffer.Start);
            return 0;
        }

        var count = _splitter is null ? available : _splitter.Next(1, available + 1);
        var piece = read.Buffer.Slice(0, count);
        var position = 0;
        foreach (var segment in piece)
        {
            segment.CopyTo(buffer[position..]);
            position += segment.Length;
        }

        _input.AdvanceTo(piece.End);
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        Interlocked.Increment(ref _sends);
        if (_other.OthersFault is { } fault)
        {
            throw fault;
        }

        if (_ended || _other._ended)
        {
            return false;
        }

        try
        {
            // What found room is sent, as with a kernel, whatever the peer does with it.
            var flush = _output.WriteAsync(bytes);
            _isWaiting = !flush.IsCompleted;
            return flush.IsCompleted || !(await flush).IsCanceled;
        }
        catch (InvalidOperationException)
        {
            // This end was aborted meanwhile.
            return false;
        }
        finally
        {
            _isWaiting = false;
        }
    }

    /// <inheritdoc/>
    public override bool HasPendingInput()
    {
        if (_ended || _reset)
        {
            return true;
        }

        if (!_input.TryRead(out var read))
        {
            return false;
        }

        _input.AdvanceTo(read.Buffer.Start);
        return read.IsCompleted || !read.Buffer.IsEmpty;
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        if (!_ended)
        {
            _other._reset = true;
            End();
        }
    }

    /// <inheritdoc/>
    public override void Close() => End();

    /// <summary>The way to the other end is lost, and this end has noticed: it has nothing more to do with the stream, and the other still has.</summary>
    public void Fail()
    {
        _failed = true;
        _ended = true;
        _input.CancelPendingRead();
        _output.CancelPendingFlush();
    }

    private void End()
    {
        _ended = true;
        _input.CancelPendingRead();
        _output.CancelPendingFlush();
        _output.Complete();

        // The peer's sends fail from now on, also the one that waits for room.
        _other._output.CancelPendingFlush();
    }
}
