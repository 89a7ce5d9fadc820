using Pool.Actors.Backends;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;
using Pool.Actors.Settings;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// The borrower's end of a pipe: one loan at a time, one after the other. Opened when it is first needed. Belongs to the loan under way;
/// only <see cref="Abort"/> and <see cref="CheckOverdue"/> are for any thread.
/// </summary>
internal sealed class BorrowPipe(Member member, IPeerNetwork network, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private readonly SettingsWriter _settingsOut = new();
    private readonly SettingsReader _settingsIn = new();
    private readonly CancellationTokenSource _ended = new();
    private Transport? _pipe;
    private FrameReader _in = null!;
    private FrameWriter _out = null!;
    private BorrowedTransport _stream = null!;
    private long _askedAt;

    /// <summary>What the replies of the loans are read with, one loan after the other.</summary>
    public ReplyReader Replies { get; } = new();

    /// <summary>True if the loan cannot be ended in good order, since the server owes bytes.</summary>
    public bool IsMidReply => _stream.IsMidReply;

    /// <summary>True once nothing more can be done with it.</summary>
    public bool HasEnded => _ended.IsCancellationRequested;

    /// <summary>Asks for a connection; the answer is a grant, or why there is none. Afterwards the pipe may have ended.</summary>
    public async ValueTask<(LoanGrant? Grant, LoanRefusal Refusal, int Spare)> AskAsync(
        LoanRequest request, SessionSettings needed, VariableCatalogue catalogue)
    {
        Volatile.Write(ref _askedAt, time.GetTimestamp());
        var answer = _pipe is null && !await OpenAsync() ? (null, LoanRefusal.Unreachable, 0) : await ExchangeAsync(request, needed, catalogue);
        Volatile.Write(ref _askedAt, 0);
        if (answer is { Grant: null, Refusal: not LoanRefusal.Busy })
        {
            // The tables of settings may not be the same on both sides any more.
            Abort();
        }

        return answer;
    }

    /// <summary>Ends the loan in good order; false if the pipe has ended, and the lender closes the connection.</summary>
    /// <param name="end">What is to be done with the connection.</param>
    /// <param name="state">What it carries.</param>
    /// <param name="closes">Commands without a reply that close the statements which were prepared on it here.</param>
    public async ValueTask<bool> ReleaseAsync(LoanEnd end, ConnectionState state, ReadOnlyMemory<byte> closes)
    {
        if (!closes.IsEmpty && !await _stream.SendAsync(closes))
        {
            return false;
        }

        _out.Begin(FrameKind.Release);
        _out.Byte((byte)end);
        _settingsOut.Write(_out, state);
        _out.End();
        return await _out.FlushAsync() && !HasEnded;
    }

    /// <summary>Ends the pipe; the lender closes the connection of the loan under way.</summary>
    public void Abort()
    {
        _ended.Cancel();
        Volatile.Read(ref _pipe)?.Abort();
    }

    /// <summary>Ends the pipe if the lender has not answered for too long.</summary>
    public void CheckOverdue(long now)
    {
        if (Volatile.Read(ref _askedAt) is > 0 and var asked && time.GetElapsedTime(asked, now) > s_patience)
        {
            Abort();
        }
    }

    private async ValueTask<bool> OpenAsync()
    {
        try
        {
            if ((await network.OpenPipeAsync(member, RemoteLeases.PipePurpose, _ended.Token)).Transport is not { } pipe)
            {
                return false;
            }

            (_in, _out) = (new FrameReader(pipe), new FrameWriter(pipe));
            _stream = new BorrowedTransport(pipe, _in, _out);
            Volatile.Write(ref _pipe, pipe);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        if (HasEnded)
        {
            // Whoever ended it may have come before there was a pipe to abort.
            _pipe.Abort();
        }

        return !HasEnded;
    }

    private async ValueTask<(LoanGrant? Grant, LoanRefusal Refusal, int Spare)> ExchangeAsync(
        LoanRequest request, SessionSettings needed, VariableCatalogue catalogue)
    {
        request.Write(_out, _settingsOut, needed);
        if (!await _out.FlushAsync() || await _in.ReadHeadAsync() is not { Kind: not FrameKind.None } frame
            || await _in.ReadWholeAsync(frame.Length) is not { IsEmpty: false } body)
        {
            return (null, LoanRefusal.Unreachable, 0);
        }

        var reader = new WireReader(body.Span);
        switch (frame.Kind)
        {
            case FrameKind.Refusal:
                return (null, (LoanRefusal)reader.Byte(), reader.UInt16());
            case FrameKind.Grant:
                var spare = reader.UInt16();
                return LoanGrant.Read(ref reader, _settingsIn, catalogue, _stream) is { } grant ? (grant, default, spare) : (null, LoanRefusal.Malformed, 0);
            default:
                return (null, LoanRefusal.Malformed, 0);
        }
    }
}
