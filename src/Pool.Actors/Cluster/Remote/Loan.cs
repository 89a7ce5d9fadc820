using Pool.Actors.Backends;
using Pool.Actors.Pooling;

namespace Pool.Actors.Cluster.Remote;

/// <summary>One question to another node and, if it lends, the loan that follows, until the connection has gone back.</summary>
internal sealed class Loan(Lenders lenders, Lender lender, BorrowPipe pipe) : IConnectionLender, IConnectionHome
{
    private readonly Backend _backend = lenders.Backend;
    private long _since = lenders.Time.GetTimestamp();

    /// <inheritdoc/>
    public bool MayServeMore => !pipe.HasEnded && lenders.Time.GetElapsedTime(_since) < lenders.Options.MaxLoan;

    /// <inheritdoc/>
    public async ValueTask<bool> KillQueryAsync(ulong threadId, CancellationToken cancel)
    {
        try
        {
            return LoanKill.WasDone(await lender.Link.AskAsync(new LoanKill(_backend.Name, threadId).ToQuestion(), cancel));
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Ask(Search search) => _ = AskAsync(search);

    /// <inheritdoc/>
    public void TakeBack(PooledConnection connection, LoanEnd end)
    {
        var borrowed = (BackendConnection)connection;
        lenders.Metrics.BorrowedSeconds.Record(lenders.Time.GetElapsedTime(_since));
        if (end == LoanEnd.Broken || pipe.IsMidReply)
        {
            lenders.Metrics.Broken[pipe.HasEnded ? "pipe" : "borrower"].Increment();
            borrowed.Forget();
            pipe.Abort();
            lender.Link.Give(pipe);
            return;
        }

        // A reset took the lender's prepared statements along, which only the lender knows: let it reset the connection too.
        end = borrowed.WasReset ? LoanEnd.Dirty : end;
        var state = ConnectionState.Of(borrowed);
        borrowed.Prepared?.CloseAll();
        var closes = borrowed.Prepared?.Closes.ToArray() ?? [];
        borrowed.Forget();
        _ = ReleaseAsync(end, state, closes);
    }

    private async Task AskAsync(Search search)
    {
        try
        {
            if (await BorrowAsync(search) is { } connection)
            {
                _backend.Pool.Borrowings.Arrived(search, connection);
                return;
            }
        }
        catch (Exception exception)
        {
            RemoteLog.Unexpected(lenders.Logger, exception, _backend.Name, lender.Link.Member.Name);
            pipe.Abort();
        }

        lender.Link.Give(pipe);
        _backend.Pool.Borrowings.Failed(search);
    }

    private async ValueTask<BackendConnection?> BorrowAsync(Search search)
    {
        var needed = search.Needed;
        if (_backend.Facts is not { } facts || _backend.Fingerprints.Catalogue is not { } catalogue
            || !ReferenceEquals(needed.Settings.Baseline.Catalogue, catalogue))
        {
            return Refuse(LoanRefusal.OtherServer);
        }

        var request = new LoanRequest(_backend.Name, ServerDigest.Of(facts, catalogue), needed.Class);
        var (grant, refusal, spare) = await pipe.AskAsync(request, needed.Settings, catalogue);
        if (grant is not { } granted)
        {
            return Refuse(refusal);
        }

        var connection = new BackendConnection(granted.Identity, needed.Class, _backend.Fingerprints, lenders.Time, pipe.Replies) { Home = this };
        granted.State.Note(connection);
        if (connection.Fingerprint == Settings.Fingerprint.None)
        {
            await pipe.ReleaseAsync(LoanEnd.Clean, granted.State, default);
            return Refuse(LoanRefusal.NoPlace);
        }

        lender.Granted(spare);
        lenders.Metrics.AskSeconds.Record(lenders.Time.GetElapsedTime(_since));
        lenders.Metrics.Borrowed.Increment();
        _since = lenders.Time.GetTimestamp();
        return connection;
    }

    private BackendConnection? Refuse(LoanRefusal refusal)
    {
        lenders.Metrics.NotBorrowed[refusal.ToString()].Increment();
        lender.Refused(refusal);
        return null;
    }

    private async Task ReleaseAsync(LoanEnd end, ConnectionState state, ReadOnlyMemory<byte> closes)
    {
        try
        {
            if (!await pipe.ReleaseAsync(end, state, closes))
            {
                pipe.Abort();
            }
        }
        catch (Exception exception)
        {
            RemoteLog.Unexpected(lenders.Logger, exception, _backend.Name, lender.Link.Member.Name);
            pipe.Abort();
        }

        lender.Returned();
        lender.Link.Give(pipe);
    }
}
