namespace Pool.Host.Admin.Views;

/// <summary>A session that holds a connection because of state that cannot be moved.</summary>
/// <param name="Session">The session's id.</param>
/// <param name="User">Its user.</param>
/// <param name="Client">The client's address.</param>
/// <param name="Backend">The backend.</param>
/// <param name="Reasons">Why.</param>
/// <param name="Statement">The statement with which that began, without its literals; null if no statement explains it.</param>
/// <param name="Since">When that began.</param>
/// <param name="State">What the session does.</param>
public sealed record PinView(
    uint Session, string User, string Client, string Backend, string Reasons, string? Statement, DateTimeOffset? Since, string State);
