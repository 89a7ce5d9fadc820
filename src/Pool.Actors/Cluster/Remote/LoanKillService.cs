using Pool.Actors.Backends;
using Pool.Actors.Cluster.Peers;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// Interrupts what runs on connections that this node has lent, for those who have borrowed them. The loan lasts at least until the answer, so
/// that nobody else's statement is hit. Thread-safe.
/// </summary>
public sealed class LoanKillService(IReadOnlyCollection<Backend> backends) : IPeerService
{
    /// <inheritdoc/>
    public string Kind => LoanKill.QuestionKind;

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> AnswerAsync(PeerName from, ReadOnlyMemory<byte> body, CancellationToken cancel) =>
        LoanKill.Answer(
            LoanKill.Read(body.Span) is { } kill
            && backends.FirstOrDefault(b => b.Name == kill.Backend) is { } backend
            && backend.Pool.Lending.FindLent(kill.ThreadId, from.Incarnation) is { } connection
            && await backend.KillOwnQueryAsync(connection, cancel));
}
