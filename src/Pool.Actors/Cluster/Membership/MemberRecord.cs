namespace Pool.Actors.Cluster.Membership;

/// <summary>A member as its record in the store has it.</summary>
/// <param name="V">The version of the record.</param>
/// <param name="Member">The member.</param>
internal sealed record MemberRecord(int V, Member Member);
