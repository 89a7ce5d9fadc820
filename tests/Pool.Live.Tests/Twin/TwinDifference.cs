namespace Pool.Live.Tests.Twin;

/// <summary>Where the answers of a client and of its twin are not the same.</summary>
/// <param name="Round">In which round of the script.</param>
/// <param name="Step">What both did.</param>
/// <param name="What">How the answers differ.</param>
/// <param name="Log">The end of what the node has logged, and what it says of its sessions.</param>
internal sealed record TwinDifference(int Round, TwinStep Step, string What, string Log)
{
    /// <summary>The other difference shows the same fault, as far as one can tell.</summary>
    public bool IsLike(TwinDifference other) => Step.Client == other.Step.Client && Equals(Step.Command.ToString(), other.Step.Command.ToString());
}
