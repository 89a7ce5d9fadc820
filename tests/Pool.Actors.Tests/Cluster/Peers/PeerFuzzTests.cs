using System.Globalization;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;
using Pool.Testing;
using Pool.Testing.Cluster;

namespace Pool.Actors.Tests.Cluster.Peers;

/// <summary>Whatever a stranger sends, nobody is let in, nothing stays behind, and no node stops to serve. POOL_TEST_SEED repeats a run.</summary>
public sealed class PeerFuzzTests
{
    private static readonly int s_rounds = Environment.GetEnvironmentVariable("POOL_TEST_LONG") == "1" ? 20_000 : 300;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly int s_seed = int.Parse(Environment.GetEnvironmentVariable("POOL_TEST_SEED") ?? "1", CultureInfo.InvariantCulture);

    private static PeerHello Hello => new()
    {
        Cluster = PeerMesh.Cluster,
        From = "n1",
        FromIncarnation = PeerMesh.MemberOf(1).Incarnation,
        To = "n2",
        ToIncarnation = PeerMesh.MemberOf(2).Incarnation,
        Purpose = PeerPurpose.Questions,
    };

    [Fact]
    public async Task A_dialer_that_changes_anything_of_the_handshake_is_not_let_in()
    {
        var mesh = new PeerMesh(2);
        mesh[2].Serve(new EchoService());
        for (var round = 0; round < s_rounds; round++)
        {
            var random = new Random(s_seed + round);
            var (near, far) = PipeTransport.CreatePair(random.Next());
            var admission = mesh[2].Admission!.AdmitAsync(far);
            using var channel = new PacketChannel(near);
            var said = Hello.ToPacket();
            var isHelloChanged = random.Next(2) == 0;
            await channel.WriteAsync(isHelloChanged ? Changed(said, random) : said);
            if (await channel.ReadAsync(PeerHello.MaxPacketBytes) is { Succeeded: true } challenge)
            {
                // The proof is of what was meant to be said.
                var proof = mesh[1].Services.Secret.Prove(PeerSide.Dialer, new PeerTranscript(said, challenge.Payload.ToArray(), default));
                await channel.WriteAsync(isHelloChanged ? proof : Changed(proof, random));
            }

            near.Close();
            await admission.WaitAsync(s_patience);
            Assert.True(mesh[2].Services.Metrics.Accepted.Value == 0 && mesh[2].Admission!.Count == 0, $"POOL_TEST_SEED={s_seed + round}");
        }
    }

    [Fact]
    public async Task An_acceptor_that_changes_anything_of_the_handshake_is_not_believed()
    {
        var secret = new PeerMesh(1)[1].Services.Secret;
        for (var round = 0; round < s_rounds; round++)
        {
            var random = new Random(s_seed + round);
            var (near, far) = PipeTransport.CreatePair(random.Next());
            using var dialer = new PacketChannel(near);
            using var acceptor = new PacketChannel(far);
            var dialling = DialAsync(dialer, secret);
            var said = (await acceptor.ReadAsync(PeerHello.MaxPacketBytes)).Payload.ToArray();
            byte[] challenge = [(byte)'C', .. new byte[PeerHello.NonceBytes]];
            var isChallengeChanged = random.Next(2) == 0;
            await acceptor.WriteAsync(isChallengeChanged ? Changed(challenge, random) : challenge);
            if (await acceptor.ReadAsync(PeerHello.MaxPacketBytes) is { Succeeded: true })
            {
                var verdict = new PeerVerdict(PeerFault.None, 1, "").ToPacket();
                byte[] proved = [.. verdict, .. secret.Prove(PeerSide.Acceptor, new PeerTranscript(said, challenge, default), verdict)];
                await acceptor.WriteAsync(isChallengeChanged ? proved : Changed(proved, random));
            }

            far.Close();
            Assert.True((await dialling.WaitAsync(s_patience)).Fault != PeerFault.None, $"POOL_TEST_SEED={s_seed + round}");
        }
    }

    [Fact]
    public async Task Noise_in_place_of_questions_ends_the_connection_and_nothing_else()
    {
        var mesh = new PeerMesh(2);
        mesh[2].Serve(new EchoService());
        for (var round = 0; round < s_rounds; round++)
        {
            var random = new Random(s_seed + round);
            var (near, far) = PipeTransport.CreatePair(random.Next());
            var admission = mesh[2].Admission!.AdmitAsync(far);
            using var channel = new PacketChannel(near);
            Assert.Equal(PeerFault.None, (await DialerHandshake.RunAsync(channel, Hello, mesh[1].Services.Secret, default)).Fault);
            var noise = new byte[random.Next(1, 200)];
            random.NextBytes(noise);
            await near.SendAsync(noise);
            near.Close();
            await admission.WaitAsync(s_patience);
            Assert.True(mesh[2].Admission!.Count == 0, $"POOL_TEST_SEED={s_seed + round}");
        }

        Assert.Null((await mesh[1].Network.AskAsync(PeerMesh.MemberOf(2), new PeerQuestion(EchoService.Name, default), CancellationToken.None)).Failure);
    }

    private static async Task<PeerVerdict> DialAsync(PacketChannel channel, PeerSecret secret)
    {
        var verdict = await DialerHandshake.RunAsync(channel, Hello, secret, default);
        channel.Transport.Abort();
        return verdict;
    }

    private static byte[] Changed(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
            default:
                var changed = bytes.ToArray();
                changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
        }
    }
}
