using Pool.Actors.Cluster.Peers;

namespace Pool.Host.Admin.Api;

/// <summary>Answers for this node what another asks on an operator's behalf: whoever asked there has shown that node's token.</summary>
public sealed class AdminPeerService(AdminApi local, AdminMetrics metrics) : IPeerService
{
    /// <summary>The kind of questions.</summary>
    public const string QuestionKind = "admin";

    /// <inheritdoc/>
    public string Kind => QuestionKind;

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> AnswerAsync(PeerName from, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        AdminReply reply;
        try
        {
            var request = AdminMessage.ReadRequest(body.Span)
                ?? throw AdminRefusedException.Malformed($"the message of {from.Name} is no admin request", "look whether its release is too far from this one's");
            reply = await local.AnswerAsync(request, cancel);
        }
        catch (AdminRefusedException refused)
        {
            reply = refused.Reply;
        }

        metrics.Count("peer", reply);
        return AdminMessage.Write(reply);
    }
}
