using Pool.Actors.Cluster.Membership;
using Pool.Actors.Sessions;
using Pool.Host.Admin.Api;

namespace Pool.Host.Admin.Endpoints;

/// <summary>What of a node operators see and steer.</summary>
/// <param name="Services">Its sessions.</param>
/// <param name="Backends">Its backends.</param>
/// <param name="Inspector">How sessions are shown.</param>
/// <param name="Membership">Its place in the cluster.</param>
/// <param name="Life">Its life.</param>
/// <param name="Time">The clock.</param>
public sealed record AdminNode(
    SessionServices Services, IReadOnlyList<ServedBackend> Backends, NodeInspector Inspector, IMembership Membership, INodeLife Life, TimeProvider Time)
{
    /// <summary>How one joins the cluster: what a further node's configuration has to say, without secrets.</summary>
    public Func<IReadOnlyDictionary<string, string>> JoinInfo { get; init; } = static () => new Dictionary<string, string>();

    /// <summary>All that can be asked for.</summary>
    public IEnumerable<AdminRoute> Routes() =>
    [
        .. ClusterEndpoints.Of(this), .. NodeEndpoints.Of(this), .. SessionEndpoints.Of(this), .. PoolEndpoints.Of(this), .. BackendEndpoints.Of(this),
        .. LeaseEndpoints.Of(this), .. SettingsEndpoints.Of(this),
    ];

    /// <summary>The backend of a name; refuses the request if there is none.</summary>
    internal ServedBackend Find(string name) => Backends.FirstOrDefault(b => b.Backend.Name == name)
        ?? throw AdminRefusedException.NotFound($"there is no backend {name}", $"backends are: {string.Join(", ", Backends.Select(b => b.Backend.Name))}");

    /// <summary>The backends, or the one that the argument "backend" names.</summary>
    internal IEnumerable<ServedBackend> Chosen(AdminArguments arguments) => arguments.Text("backend") is { } name ? [Find(name)] : Backends;
}
