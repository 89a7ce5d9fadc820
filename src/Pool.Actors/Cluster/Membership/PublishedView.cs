using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Pool.Actors.Cluster.Membership;

/// <summary>The view of a cluster that a node has now, and who hears of the next one. Changed by one flow at a time; read by anybody.</summary>
internal sealed class PublishedView(string cluster, string self, ILogger logger)
{
    private volatile ClusterView _current = ClusterView.Empty;

    /// <summary>See <see cref="IMembership.Changed"/>.</summary>
    public event Action<ClusterView, ClusterView>? Changed;

    /// <summary>The latest view.</summary>
    public ClusterView Current => _current;

    /// <summary>Publishes what the store says now.</summary>
    public void Publish(Roster roster)
    {
        var members = roster.Members;
        foreach (var name in roster.Unreadable)
        {
            MembershipLog.Unreadable(logger, cluster, name);

            // Whoever was a member still is one: what it has must not be taken over.
            members = _current.Members.TryGetValue(name, out var known) ? members.SetItem(name, known) : members;
        }

        Publish(members);
    }

    /// <summary>Publishes that this node is no member at the moment.</summary>
    public void RemoveSelf() => Publish(_current.Members.Remove(self));

    private void Publish(ImmutableSortedDictionary<string, Member> members)
    {
        var before = _current;
        var after = new ClusterView(before.Version + 1, members);
        var difference = ClusterDifference.Between(before, after);
        if (difference.IsEmpty)
        {
            return;
        }

        _current = after;
        Log(difference.Gone, _ => "is gone");
        Log(difference.Joined, m => $"has slot {m.Slot}, at {m.PeerAddress}");
        Log(difference.Changed, m => $"is {m.Role} now");
        try
        {
            Changed?.Invoke(before, after);
        }
        catch (Exception exception)
        {
            MembershipLog.Unexpected(logger, exception, cluster, "hearing of a change");
        }
    }

    private void Log(IEnumerable<Member> members, Func<Member, string> what)
    {
        foreach (var member in members.Where(m => m.Name != self))
        {
            MembershipLog.Changed(logger, cluster, member.Name, member.Incarnation, what(member));
        }
    }
}
