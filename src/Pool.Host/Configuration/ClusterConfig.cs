using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Pool.Host.Configuration;

/// <summary>The cluster that the node is one of.</summary>
public sealed record ClusterConfig
{
    /// <summary>The cluster's name, the same on all its nodes. Clusters of different names in one etcd do not meet.</summary>
    public required string Name { get; init; }

    /// <summary>The etcd that the nodes agree in.</summary>
    public required EtcdConfig Etcd { get; init; }

    /// <summary>
    /// Where the secret is found that all nodes of the cluster share, of 16 characters or more. They prove to each other that they know it, and
    /// never send it.
    /// </summary>
    public required SecretReference Secret { get; init; }

    /// <summary>
    /// A node that etcd has not heard of for this long, in whole seconds, is lost: others take over what it had. A short time serves a
    /// crash sooner; a long one lets a node live through a longer pause. 10 seconds are longer than a change of etcd's leader takes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The address to listen on for the other nodes. All by default: what they say is authenticated.</summary>
    public IPAddress Address { get; init; } = IPAddress.Any;

    /// <summary>The TCP port for the other nodes. The default is next to the admin port.</summary>
    [Range(1, 65535)]
    public int Port { get; init; } = 6035;

    /// <summary>
    /// Encrypts what nodes say to each other, which has statements and their results in it; the same on all nodes. Without it whoever can
    /// change what passes between them on the network is trusted. Needs no certificates: the nodes prove to each other which ones are theirs.
    /// </summary>
    public bool Encrypt { get; init; } = true;

    /// <summary>The host name or IP address by which the other nodes reach this one.</summary>
    public required string AdvertisedHost { get; init; }

    /// <summary>
    /// The most connections that this node borrows from each other node at a time, and lends to it; 0 for none. 16 keep hundreds of
    /// clients with short statements going while one node is busier than another; what lasts moves the shares.
    /// </summary>
    [Range(0, 256)]
    public int MaxRemoteLeases { get; init; } = 16;
}
