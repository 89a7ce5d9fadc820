using System.Net;
using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Peers;
using Pool.Host.Transport;

namespace Pool.Host.Peers;

/// <summary>A node's connections to the other nodes of its cluster: the way out, and the door.</summary>
public sealed class PeerUnit : IDisposable
{
    private readonly PeerServices _services;
    private readonly PeerNetwork _network;
    private readonly SocketListener _listener;
    private PeerAdmission? _admission;

    /// <summary>Puts it together; nobody is connected to, and nobody can connect, before it is used and started.</summary>
    public PeerUnit(PeerServices services, IPEndPoint address)
    {
        _services = services;
        _network = new PeerNetwork(services, new SocketDialer());
        _listener = new SocketListener(address, services.Logger);
    }

    /// <summary>The way to the other nodes.</summary>
    public IPeerNetwork Network => _network;

    /// <summary>Where it listens, once it has started.</summary>
    public IPEndPoint LocalAddress => _listener.LocalAddress;

    /// <summary>Its metrics.</summary>
    public PeerMetrics Metrics => _services.Metrics;

    /// <summary>How many connections of other nodes are open.</summary>
    public int Count => _admission?.Count ?? 0;

    /// <summary>Lets other nodes in; a <see cref="System.Net.Sockets.SocketException"/> says why it cannot listen.</summary>
    /// <param name="questions">Who answers questions; one for each kind.</param>
    /// <param name="pipes">Who serves streams; one for each purpose.</param>
    public void Start(IEnumerable<IPeerService> questions, IEnumerable<IPipeService> pipes)
    {
        var admission = new PeerAdmission(_services, questions, pipes);
        _admission = admission;
        _listener.Start(socket => admission.AdmitAsync(new SocketTransport(socket)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Stop();
        _admission?.Dispose();
        _network.Dispose();
    }
}
