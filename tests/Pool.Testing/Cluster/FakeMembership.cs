using System.Collections.Immutable;
using Pool.Actors.Cluster.Membership;

namespace Pool.Testing.Cluster;

/// <summary>A membership whose view is what the test says.</summary>
public sealed class FakeMembership(string cluster, Member self) : IMembership
{
    /// <inheritdoc/>
    public event Action<ClusterView, ClusterView>? Changed;

    /// <inheritdoc/>
    public string Cluster { get; set; } = cluster;

    /// <inheritdoc/>
    public Member Self { get; set; } = self;

    /// <inheritdoc/>
    public ClusterView View { get; private set; } = ClusterView.Empty;

    /// <inheritdoc/>
    public long LeaseId => Self.Incarnation.Value;

    /// <inheritdoc/>
    public bool IsProven { get; set; } = true;

    /// <summary>Shows another view; what follows the changes has followed it when this returns.</summary>
    public void Show(params IEnumerable<Member> members)
    {
        var before = View;
        View = new ClusterView(
            before.Version + 1, members.ToImmutableSortedDictionary(m => m.Name, m => m, StringComparer.Ordinal));
        Changed?.Invoke(before, View);
    }
}
