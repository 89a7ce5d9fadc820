namespace Pool.Host.Admin.Views;

/// <summary>What a client user who has a cap holds of one backend's connections on one node.</summary>
/// <param name="User">The client user.</param>
/// <param name="Held">What its sessions hold, or have a place for.</param>
/// <param name="Max">The most that they may hold on this node now.</param>
/// <param name="Cap">The most that they may hold on all nodes.</param>
/// <param name="Waiting">Statements that wait since the user holds as many as it may.</param>
public sealed record UserStatus(string User, int Held, int Max, int Cap, int Waiting);
