using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Host.Transport;

namespace Pool.Remote;

/// <summary>One of two nodes in this process, and its way to the other: a pipe is a TCP connection over loopback, without a handshake.</summary>
internal sealed class LoopbackPeers(string name, int incarnation) : IMembership, IPeerNetwork
{
    private IPipeService? _service;
    private LoopbackPeers? _other;

    public event Action<ClusterView, ClusterView> Changed = static (_, _) => { };

    public string Cluster => "bench";

    public Member Self { get; } = new() { Name = name, Incarnation = new(incarnation), Slot = incarnation, PeerAddress = name };

    public ClusterView View { get; private set; } = ClusterView.Empty;

    public long LeaseId => Self.Incarnation.Value;

    public bool IsProven => true;

    public void Meet(LoopbackPeers other)
    {
        var before = View;
        _other = other;
        View = new ClusterView(1, ImmutableSortedDictionary<string, Member>.Empty.Add(Self.Name, Self).Add(other.Self.Name, other.Self));
        Changed(before, View);
    }

    public void Serve(IPipeService service) => _service = service;

    public ValueTask<PeerAnswer> AskAsync(Member peer, PeerQuestion question, CancellationToken cancel) => throw new NotSupportedException();

    public async ValueTask<PeerPipe> OpenPipeAsync(Member peer, string purpose, CancellationToken cancel)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var dialled = await new SocketDialer().DialAsync("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, cancel);
        var far = new SocketTransport(await listener.AcceptSocketAsync(cancel));
        _ = _other!._service!.ServeAsync(new PeerName(Self.Name, Self.Incarnation, ClusterProtocol.Current), far, CancellationToken.None);
        return new PeerPipe(dialled.Transport, dialled.Failure);
    }
}
