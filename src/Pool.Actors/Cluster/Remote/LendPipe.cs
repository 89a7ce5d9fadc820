using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;
using Pool.Actors.Settings;
using Pool.Wire;
using Pool.Wire.Primitives;

namespace Pool.Actors.Cluster.Remote;

/// <summary>The lender's end of a pipe: answers the borrower's requests, one loan after the other, until the pipe ends. One flow of control.</summary>
internal sealed class LendPipe(
    PeerName borrower, Transport pipe, IReadOnlyDictionary<string, LenderBackend> backends, Func<bool> mayLend, TimeProvider time, ILogger logger)
{
    private readonly FrameReader _in = new(pipe);
    private readonly FrameWriter _out = new(pipe);
    private readonly SettingsReader _settingsIn = new();
    private readonly SettingsWriter _settingsOut = new();
    private readonly Lock _gate = new();
    private BackendConnection? _lent;

    /// <summary>Who borrows.</summary>
    public PeerName Borrower => borrower;

    /// <summary>True while a connection is lent. Any thread.</summary>
    public bool IsLending => Volatile.Read(ref _lent) is not null;

    /// <summary>Ends the pipe, whatever is under way on it: also a server that does not take what the borrower sends. Any thread.</summary>
    public void Abort()
    {
        pipe.Abort();
        lock (_gate)
        {
            _lent?.Abort();
        }
    }

    /// <summary>Serves the pipe until it ends.</summary>
    public async Task ServeAsync()
    {
        while (await _in.ReadHeadAsync() is { Kind: not FrameKind.None } frame)
        {
            if (frame.Kind != FrameKind.Request || await _in.ReadWholeAsync(frame.Length) is not { IsEmpty: false } body
                || Decide(body.Span) is not { } decision)
            {
                RemoteLog.Malformed(logger, borrower.Name);
                break;
            }

            if (decision.Connection is { } connection ? !await LendAsync(decision.Backend!, connection) : !await _out.FlushAsync())
            {
                break;
            }
        }
    }

    // Null: the request makes no sense. Without a connection, the refusal is ready to be sent.
    private (LenderBackend? Backend, BackendConnection? Connection)? Decide(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        if (LoanRequest.Read(ref reader) is not { } request)
        {
            return null;
        }

        if (!backends.TryGetValue(request.Backend, out var lender) || lender.Backend is not { Facts: { } facts, Fingerprints.Catalogue: { } catalogue })
        {
            return Refuse(lender, LoanRefusal.UnknownBackend);
        }

        if (!ServerDigest.Of(facts, catalogue).AsSpan().SequenceEqual(request.Digest))
        {
            RemoteLog.NotLent(logger, request.Backend, borrower.Name, LoanRefusal.OtherServer);
            return Refuse(lender, LoanRefusal.OtherServer);
        }

        var needed = _settingsIn.Read(ref reader, catalogue);
        if (needed is null || reader is not { Fault: WireFault.None, AtEnd: true })
        {
            return null;
        }

        return mayLend() && lender.TryTake(request.Class, needed, borrower.Incarnation) is { } connection ? (lender, connection) : Refuse(lender, LoanRefusal.Busy);
    }

    private (LenderBackend?, BackendConnection?) Refuse(LenderBackend? lender, LoanRefusal refusal)
    {
        lender?.Metrics.NotLent[refusal.ToString()].Increment();
        _out.Begin(FrameKind.Refusal);
        _out.Byte((byte)refusal);
        _out.UInt16(0);
        _out.End();
        return (lender, null);
    }

    // False: the pipe is of no use any more.
    private async ValueTask<bool> LendAsync(LenderBackend lender, BackendConnection connection)
    {
        var since = time.GetTimestamp();
        lender.Metrics.Lent.Increment();
        Volatile.Write(ref _lent, connection);
        LoanEnd? end = null;
        try
        {
            LoanGrant.Write(_out, _settingsOut, connection, lender.Spare);
            var release = await _out.FlushAsync() ? await new LoanRelay(connection, _in, pipe).RunAsync() : null;
            end = release is { } length ? await ReadEndAsync(lender, connection, length) : null;
        }
        finally
        {
            if (end is null)
            {
                RemoteLog.BorrowerLost(logger, lender.Backend.Name, borrower.Name, connection.ThreadId);
                lender.Metrics.Broken["lender"].Increment();
                connection.Abort();
            }

            // Afterwards it is somebody else's, and must not be cut off any more.
            lock (_gate)
            {
                _lent = null;
            }

            lender.Backend.Pool.Lending.TakeBack(connection, end ?? LoanEnd.Broken);
        }

        lender.Metrics.LentSeconds.Record(time.GetElapsedTime(since));
        return end is not null;
    }

    // Takes note of what the connection carries now; null if the borrower did not say so in order.
    private async ValueTask<LoanEnd?> ReadEndAsync(LenderBackend lender, BackendConnection connection, int length)
    {
        var body = await _in.ReadWholeAsync(length);
        if (lender.Backend.Fingerprints.Catalogue is not { } catalogue || ReadRelease(body.Span, catalogue) is not var (end, state))
        {
            return null;
        }

        // As a local session's, but for the statements that are prepared here still.
        state.Note(connection);
        return connection.IsStale() || connection.Fingerprint == Fingerprint.None ? LoanEnd.Broken : end;
    }

    private (LoanEnd End, ConnectionState State)? ReadRelease(ReadOnlySpan<byte> body, VariableCatalogue catalogue)
    {
        var reader = new WireReader(body);
        var end = (LoanEnd)reader.Byte();
        var state = _settingsIn.ReadState(ref reader, catalogue);
        return reader is { Fault: WireFault.None, AtEnd: true } && end is LoanEnd.Clean or LoanEnd.Dirty ? (end, state) : null;
    }
}
