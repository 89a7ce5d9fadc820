namespace Pool.Host.Admin.Views;

/// <summary>A database server; of several nodes: all of their connections together.</summary>
/// <param name="Backend">Its name.</param>
/// <param name="Address">Where it is: host and port.</param>
/// <param name="Version">What it says it is; null before it was reached.</param>
/// <param name="Mode">What operators let its pool do: serving, paused or drained; "Mixed" where nodes differ.</param>
/// <param name="Cap">The most connections of all nodes together.</param>
/// <param name="Share">How many of them the nodes may have now.</param>
/// <param name="Connections">How many there are, reserved ones and those that are closing included.</param>
/// <param name="Leased">How many of them sessions use.</param>
/// <param name="Waiting">Statements in line.</param>
/// <param name="Sessions">Sessions whose statements go there.</param>
public sealed record BackendView(
    string Backend, string Address, string? Version, string Mode, int Cap, int Share, int Connections, int Leased, int Waiting, int Sessions);
