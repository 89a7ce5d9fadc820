using System.Globalization;

namespace Pool.Actors.Cluster.Membership;

/// <summary>Where a cluster keeps what in its store. Names have no '/' in them.</summary>
/// <param name="cluster">The cluster's name: different clusters in one store do not meet.</param>
public sealed class ClusterKeys(string cluster)
{
    /// <summary>What all its keys begin with.</summary>
    public string Root { get; } = $"/pool/{cluster}/";

    /// <summary>What its nodes must agree in.</summary>
    public string Settings => Root + "settings";

    /// <summary>What the members' keys begin with.</summary>
    public string Members => Root + "members/";

    /// <summary>What the slots' keys begin with.</summary>
    public string Slots => Root + "slots/";

    /// <summary>The record of a member, which lives as long as the member's lease.</summary>
    public string Member(string name) => Members + name;

    /// <summary>The record of a slot, which stays.</summary>
    public string Slot(int slot) => Slots + slot.ToString(CultureInfo.InvariantCulture);
}
