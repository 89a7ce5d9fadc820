using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;
using Pool.Testing;
using Pool.Testing.Cluster;

namespace Pool.Actors.Tests.Cluster.Peers;

/// <summary>Who is not of the cluster, or means another node, is refused: with a reason at both ends, once the secret is proved.</summary>
public sealed class PeerRefusalTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly PeerSecret s_otherSecret = PeerSecret.From("another secret than the cluster's");

    private readonly EchoService _echo = new();

    [Fact]
    public async Task Another_secret()
    {
        var mesh = Mesh();
        mesh[1].With(s => s with { Secret = s_otherSecret });

        await AssertRefusedAsync(mesh, PeerFault.Secret, "node 'n2' at n2:6035: the secrets of the two nodes differ");
    }

    [Fact]
    public async Task Another_cluster_with_the_same_secret()
    {
        var mesh = Mesh();
        mesh[1].Membership.Cluster = "staging";

        await AssertRefusedAsync(mesh, PeerFault.Cluster, "node 'n2' at n2:6035: it refused: another cluster (it belongs to cluster 'test')");
    }

    [Fact]
    public async Task Another_cluster_with_another_secret_learns_nothing_of_this_one()
    {
        var mesh = Mesh();
        mesh[1].Membership.Cluster = "staging";
        mesh[1].With(s => s with { Secret = s_otherSecret });

        await AssertRefusedAsync(mesh, PeerFault.Secret, "node 'n2' at n2:6035: the secrets of the two nodes differ");
    }

    [Fact]
    public async Task A_node_that_the_other_does_not_know()
    {
        var mesh = Mesh();
        mesh[2].Membership.Show(PeerMesh.MemberOf(2));

        await AssertRefusedAsync(
            mesh, PeerFault.UnknownNode,
            "node 'n2' at n2:6035: it refused: this node is no member that it knows (it knows no member 'n1', incarnation 65)");
    }

    [Fact]
    public async Task A_former_life_of_a_node()
    {
        var mesh = Mesh();
        mesh[1].Membership.Self = mesh[1].Membership.Self with { Incarnation = new Incarnation(7) };

        await AssertRefusedAsync(
            mesh, PeerFault.UnknownNode,
            "node 'n2' at n2:6035: it refused: this node is no member that it knows (it knows no member 'n1', incarnation 7)");
    }

    [Fact]
    public async Task A_question_for_a_former_life_of_the_other_node()
    {
        var mesh = Mesh();
        mesh[2].Membership.Self = mesh[2].Membership.Self with { Incarnation = new Incarnation(8) };

        await AssertRefusedAsync(
            mesh, PeerFault.Addressee, "node 'n2' at n2:6035: it is not the node that was meant (it is node 'n2', incarnation 8)");
    }

    [Fact]
    public async Task A_node_that_has_not_joined_yet()
    {
        var mesh = Mesh();
        mesh[2].Membership.Show();

        await AssertRefusedAsync(mesh, PeerFault.Addressee, "node 'n2' at n2:6035: it is not the node that was meant (it has not joined yet)");
    }

    [Fact]
    public async Task A_purpose_that_nothing_serves()
    {
        var mesh = Mesh();

        var pipe = await mesh[1].Network.OpenPipeAsync(PeerMesh.MemberOf(2), "nonsense", CancellationToken.None);

        Assert.Null(pipe.Transport);
        Assert.Equal("node 'n2' at n2:6035: it refused: it does not serve this (it does not serve 'pipe:nonsense')", pipe.Failure);
        await RefusedAsync(mesh, PeerFault.Purpose);
    }

    [Theory]
    [InlineData(ClusterProtocol.Current + 1, ClusterProtocol.Current + 2)]
    [InlineData(0, ClusterProtocol.Oldest - 1)]
    public async Task A_release_that_is_too_far_away(int oldest, int newest)
    {
        var mesh = Mesh();
        var (verdict, _) = await DialAsync(mesh, Hello with { OldestProtocol = oldest, NewestProtocol = newest });

        Assert.Equal(PeerFault.Protocol, verdict.Fault);
        Assert.Equal($"it speaks protocols {ClusterProtocol.Oldest} to {ClusterProtocol.Current}", verdict.Detail);
        await RefusedAsync(mesh, PeerFault.Protocol);
    }

    [Fact]
    public async Task The_next_release_is_spoken_to_in_this_ones_protocol()
    {
        var (verdict, _) = await DialAsync(Mesh(), Hello with { NewestProtocol = ClusterProtocol.Current + 1 });

        Assert.Equal(new PeerVerdict(PeerFault.None, ClusterProtocol.Current, ""), verdict);
    }

    [Fact]
    public async Task An_acceptor_that_does_not_know_the_secret_is_not_believed()
    {
        var (near, far) = PipeTransport.CreatePair();
        using var channel = new PacketChannel(far);
        var accepting = AcceptorHandshake.RunAsync(channel, s_otherSecret, default, _ => new PeerVerdict(PeerFault.None, 1, ""));
        using var dialer = new PacketChannel(near);

        var verdict = await DialerHandshake.RunAsync(dialer, Hello, Mesh()[1].Services.Secret, default);

        Assert.Equal(PeerFault.Secret, verdict.Fault);
        Assert.Equal(PeerFault.Secret, (await accepting).Verdict.Fault);
    }

    [Fact]
    public async Task An_acceptor_that_says_yes_without_a_proof_is_not_believed()
    {
        var (near, far) = PipeTransport.CreatePair();
        using var acceptor = new PacketChannel(far);
        using var dialer = new PacketChannel(near);
        var dialling = DialerHandshake.RunAsync(dialer, Hello, Mesh()[1].Services.Secret, default);
        await acceptor.ReadAsync(PeerHello.MaxPacketBytes);
        await acceptor.WriteAsync((byte[])[(byte)'C', .. new byte[PeerHello.NonceBytes]]);
        var proof = await acceptor.ReadAsync(PeerHello.MaxPacketBytes);
        await acceptor.WriteAsync((byte[])[.. new PeerVerdict(PeerFault.None, 1, "").ToPacket(), .. proof.Payload.ToArray()]);

        Assert.Equal(PeerFault.Secret, (await dialling).Fault);
    }

    [Fact]
    public async Task A_handshake_that_was_overheard_is_of_no_use_again()
    {
        var mesh = Mesh();
        var (near, far) = PipeTransport.CreatePair();
        _ = mesh[2].Admission!.AdmitAsync(far);
        using var channel = new PacketChannel(near);
        var said = Hello.ToPacket();
        await channel.WriteAsync(said);
        var challenge = (await channel.ReadAsync(PeerHello.MaxPacketBytes)).Payload.ToArray();
        var proof = mesh[1].Services.Secret.Prove(PeerSide.Dialer, new PeerTranscript(said, challenge, default));
        await channel.WriteAsync(proof);
        PeerVerdict.TryRead((await channel.ReadAsync(PeerHello.MaxPacketBytes)).Payload.Span, out _);
        await TestNode.UntilAsync(() => mesh[2].Services.Metrics.Accepted.Value == 1, "it is let in");

        var (replay, target) = PipeTransport.CreatePair();
        _ = mesh[2].Admission!.AdmitAsync(target);
        using var again = new PacketChannel(replay);
        await again.WriteAsync(said);
        await again.ReadAsync(PeerHello.MaxPacketBytes);
        await again.WriteAsync(proof);
        var verdict = PeerVerdict.TryRead((await again.ReadAsync(PeerHello.MaxPacketBytes)).Payload.Span, out _);

        Assert.Equal(PeerFault.Secret, verdict!.Fault);
        Assert.Equal(1, mesh[2].Services.Metrics.Accepted.Value);
    }

    [Fact]
    public async Task A_node_whose_own_words_are_sent_back_to_it_is_not_deceived()
    {
        // Who has taken the place of n2 connects to n1, and passes on what n1 itself says when it connects to n2.
        var mesh = Mesh();
        mesh[1].Serve(_echo);
        var (asDialer, fromDialer) = PipeTransport.CreatePair();
        var (toAcceptor, asAcceptor) = PipeTransport.CreatePair();
        using var channel = new PacketChannel(asDialer);
        var dialling = DialerHandshake.RunAsync(channel, Hello, mesh[1].Services.Secret, default).AsTask();
        var accepting = mesh[1].Admission!.AdmitAsync(asAcceptor);
        await Task.WhenAll(PassOnAsync(fromDialer, toAcceptor), PassOnAsync(toAcceptor, fromDialer)).WaitAsync(s_patience);

        await accepting.WaitAsync(s_patience);
        Assert.Equal(PeerFault.Addressee, (await dialling).Fault);
        Assert.Equal(1, mesh[1].Services.Metrics.Refused["Addressee"].Value);
        Assert.Equal(0, mesh[1].Services.Metrics.Accepted.Value);
    }

    [Fact]
    public async Task Proofs_are_bound_to_the_encrypted_channel_that_they_are_made_in()
    {
        var secret = Mesh()[1].Services.Secret;
        var (near, far) = PipeTransport.CreatePair();
        using var acceptor = new PacketChannel(far);
        using var dialer = new PacketChannel(near);
        var accepting = AcceptorHandshake.RunAsync(acceptor, secret, new byte[] { 2 }, _ => new PeerVerdict(PeerFault.None, 1, ""));

        Assert.Equal(PeerFault.Secret, (await DialerHandshake.RunAsync(dialer, Hello, secret, new byte[] { 1 })).Fault);
        Assert.Equal(PeerFault.Secret, (await accepting).Verdict.Fault);
    }

    [Fact]
    public async Task Strangers_that_say_nothing_are_sent_away_in_time_and_are_not_too_many()
    {
        var time = new ManualTime();
        var mesh = new PeerMesh(2, time, new PeerLimits { MaxHandshakes = 2 });
        mesh[2].Serve(_echo);
        var strangers = new List<PipeTransport>();
        var admissions = new List<Task>();
        for (var i = 0; i < 3; i++)
        {
            var (near, far) = PipeTransport.CreatePair();
            strangers.Add(near);
            admissions.Add(mesh[2].Admission!.AdmitAsync(far));
        }

        await admissions[2].WaitAsync(s_patience);
        using var third = new PacketChannel(strangers[2]) { Sequence = 1 };
        var told = PeerVerdict.TryRead((await third.ReadAsync(PeerHello.MaxPacketBytes)).Payload.Span, out _);
        Assert.Equal(PeerFault.Busy, told!.Fault);
        Assert.Contains("it has too many connections", (await AskAsync(mesh)).Failure);

        time.Advance(new PeerLimits().HandshakeTimeout);
        await Task.WhenAll(admissions).WaitAsync(s_patience);
        Assert.Equal(2, mesh[2].Services.Metrics.Refused["TimedOut"].Value);
        Assert.Equal(2, mesh[2].Services.Metrics.Refused["Busy"].Value);
        Assert.Null((await AskAsync(mesh)).Failure);
    }

    [Fact]
    public async Task A_stranger_that_does_not_speak_the_protocol_is_told_nothing()
    {
        var mesh = Mesh();
        var (near, far) = PipeTransport.CreatePair();
        await near.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

        await mesh[2].Admission!.AdmitAsync(far).WaitAsync(s_patience);

        Assert.Equal(0, await near.ReceiveAsync(new byte[16]));
        Assert.Equal(1, mesh[2].Services.Metrics.Refused["Malformed"].Value);
    }

    [Fact]
    public void The_secret_is_not_shown()
    {
        Assert.DoesNotContain("tests' cluster", Mesh()[1].Services.ToString());
    }

    private static PeerHello Hello => new()
    {
        Cluster = PeerMesh.Cluster,
        From = "n1",
        FromIncarnation = PeerMesh.MemberOf(1).Incarnation,
        To = "n2",
        ToIncarnation = PeerMesh.MemberOf(2).Incarnation,
        Purpose = PeerPurpose.Questions,
    };

    private PeerMesh Mesh()
    {
        var mesh = new PeerMesh(2);
        mesh[2].Serve(_echo);
        return mesh;
    }

    private async Task AssertRefusedAsync(PeerMesh mesh, PeerFault fault, string failure)
    {
        Assert.Equal(failure, (await AskAsync(mesh)).Failure);
        Assert.Empty(_echo.From);
        Assert.Equal(0, mesh[2].Services.Metrics.Accepted.Value);
        await RefusedAsync(mesh, fault);
        Assert.Equal(1, mesh[1].Services.Metrics.Failed[fault.ToString()].Value);
    }

    // The dialer has its answer a moment before the acceptor has counted it.
    private static Task RefusedAsync(PeerMesh mesh, PeerFault fault) =>
        TestNode.UntilAsync(() => mesh[2].Services.Metrics.Refused[fault.ToString()].Value == 1, "it is counted");

    private static Task<PeerAnswer> AskAsync(PeerMesh mesh) =>
        mesh[1].Network.AskAsync(PeerMesh.MemberOf(2), new PeerQuestion(EchoService.Name, default), CancellationToken.None).AsTask().WaitAsync(s_patience);

    private static async Task<(PeerVerdict Verdict, PipeTransport Near)> DialAsync(PeerMesh mesh, PeerHello hello)
    {
        var (near, far) = PipeTransport.CreatePair();
        _ = mesh[2].Admission!.AdmitAsync(far);
        using var channel = new PacketChannel(near);
        return (await DialerHandshake.RunAsync(channel, hello, mesh[1].Services.Secret, default).AsTask().WaitAsync(s_patience), near);
    }

    private static async Task PassOnAsync(PipeTransport from, PipeTransport to)
    {
        var buffer = new byte[4096];
        int received;
        while ((received = await from.ReceiveAsync(buffer)) > 0 && await to.SendAsync(buffer.AsMemory(0, received)))
        {
        }

        to.Close();
    }
}
