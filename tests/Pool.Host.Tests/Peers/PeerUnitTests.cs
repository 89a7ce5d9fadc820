using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Host.Peers;
using Pool.Host.Tests.Lifecycle;
using Pool.Host.Transport;
using Pool.Testing.Cluster;

namespace Pool.Host.Tests.Peers;

/// <summary>The same as in memory, over sockets, plain and encrypted.</summary>
public sealed class PeerUnitTests : IDisposable
{
    private const string Secret = "the secret of the tests' cluster";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly List<PeerUnit> _units = [];
    private readonly List<FakeMembership> _memberships = [];
    private readonly List<LogRecorder> _logs = [];
    private readonly EchoService _echo = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nodes_ask_each_other_and_open_streams(bool encrypted)
    {
        var (near, far) = Pair(encrypted, encrypted, Secret);

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("hello", await AskAsync(near, far));
        }

        var pipe = await near.Network.OpenPipeAsync(far, EchoService.Name, CancellationToken.None);
        Assert.Null(pipe.Failure);
        Assert.Equal(encrypted, pipe.Transport!.IsEncrypted);
        var sent = new byte[3_000_000];
        new Random(1).NextBytes(sent);
        var received = new byte[sent.Length];
        var sending = pipe.Transport.SendAsync(sent);
        for (var at = 0; at < sent.Length;)
        {
            var count = await pipe.Transport.ReceiveAsync(received.AsMemory(at)).AsTask().WaitAsync(s_patience);
            Assert.NotEqual(0, count);
            at += count;
        }

        Assert.True(await sending);
        Assert.True(sent.AsSpan().SequenceEqual(received));
        pipe.Transport.Close();
        Assert.Equal(2, near.Metrics.Opened.Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_with_another_secret_is_refused_and_both_logs_say_so_without_it(bool encrypted)
    {
        const string Other = "another secret than the cluster's";
        var (near, far) = Pair(encrypted, encrypted, Other);

        var failure = await AskAsync(near, far);

        Assert.Equal($"node 'n2' at {far.PeerAddress}: the secrets of the two nodes differ", failure);
        await UntilAsync(() => _units[1].Metrics.Refused["Secret"].Value == 1);
        Assert.Contains(_logs[0].Lines, l => l.Contains("the secrets of the two nodes differ", StringComparison.Ordinal));
        await UntilAsync(() => _logs[1].Lines.Any(l => l.Contains("was refused: Secret", StringComparison.Ordinal)));
        Assert.DoesNotContain(_logs.SelectMany(l => l.Lines), l => l.Contains(Secret, StringComparison.Ordinal) || l.Contains(Other, StringComparison.Ordinal));
        Assert.Empty(_echo.From);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Nodes_that_do_not_agree_about_encryption_do_not_talk(bool near, bool far)
    {
        var (unit, member) = Pair(near, far, Secret);

        Assert.NotEqual("hello", await AskAsync(unit, member));
        await UntilAsync(() => _units[1].Metrics.Refused.Values.Sum(r => r.Value) == 1);
        Assert.Empty(_echo.From);
    }

    [Fact]
    public async Task A_node_in_the_middle_of_an_encrypted_connection_is_found_out()
    {
        // It has an encrypted connection to each side, and passes on all that is said.
        var (near, far) = Pair(true, true, Secret);
        var middle = new PeerEncryption("middle", TimeProvider.System);
        var listener = new SocketListener(new IPEndPoint(IPAddress.Loopback, 0), _logs[0]);
        listener.Start(async socket =>
        {
            var inward = await middle.AcceptAsync(new SocketTransport(socket), CancellationToken.None);
            var target = await new SocketDialer().DialAsync("127.0.0.1", _units[1].LocalAddress.Port, CancellationToken.None);
            var outward = await middle.ConnectAsync(target.Transport!, CancellationToken.None);
            await Task.WhenAll(PassOnAsync(inward!.Transport, outward!.Transport), PassOnAsync(outward.Transport, inward.Transport));
        });

        var failure = await AskAsync(near, far with { PeerAddress = listener.LocalAddress.ToString() });
        listener.Stop();

        Assert.Contains("the secrets of the two nodes differ", failure, StringComparison.Ordinal);
        Assert.Empty(_echo.From);
    }

    [Fact]
    public async Task Whoever_sends_noise_to_the_port_is_told_nothing_and_the_node_goes_on()
    {
        var (near, far) = Pair(false, false, Secret);
        for (var seed = 1; seed <= 50; seed++)
        {
            using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await stranger.ConnectAsync(_units[1].LocalAddress);
            var noise = new byte[4096];
            new Random(seed).NextBytes(noise);
            await stranger.SendAsync(noise);
            stranger.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await stranger.ReceiveAsync(new byte[16]).WaitAsync(s_patience));
        }

        Assert.Equal("hello", await AskAsync(near, far));
    }

    /// <inheritdoc/>
    public void Dispose() => _units.ForEach(u => u.Dispose());

    private (PeerUnit Near, Member Far) Pair(bool nearEncrypted, bool farEncrypted, string nearSecret)
    {
        Add(nearEncrypted, nearSecret);
        Add(farEncrypted, Secret);
        _units[1].Start([_echo], [_echo]);
        var far = _memberships[1].Self with { PeerAddress = _units[1].LocalAddress.ToString() };
        _memberships.ForEach(m => m.Show(_memberships[0].Self, far));
        return (_units[0], far);
    }

    private void Add(bool encrypted, string secret)
    {
        var self = PeerMesh.MemberOf(_units.Count + 1);
        var (membership, log) = (new FakeMembership(PeerMesh.Cluster, self), new LogRecorder());
        _memberships.Add(membership);
        _logs.Add(log);
        var services = new PeerServices(
            membership, PeerSecret.From(secret), new PeerLimits { HandshakeTimeout = s_patience }, new PeerMetrics(), TimeProvider.System, log)
        {
            Encryption = encrypted ? new PeerEncryption(self.Name, TimeProvider.System) : null,
        };
        _units.Add(new PeerUnit(services, new IPEndPoint(IPAddress.Loopback, 0)));
    }

    private static async Task<string> AskAsync(PeerUnit unit, Member peer)
    {
        var answer = await unit.Network.AskAsync(peer, new PeerQuestion(EchoService.Name, "hello"u8.ToArray()) { Timeout = s_patience }, CancellationToken.None);
        return answer.Failure ?? Encoding.UTF8.GetString(answer.Body.Span);
    }

    private static async Task PassOnAsync(Actors.Runtime.Transport from, Actors.Runtime.Transport to)
    {
        var buffer = new byte[4096];
        int received;
        while ((received = await from.ReceiveAsync(buffer)) > 0 && await to.SendAsync(buffer.AsMemory(0, received)))
        {
        }

        to.Close();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }
}
