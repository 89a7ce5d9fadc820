namespace Pool.Host.Admin.Views;

/// <summary>A connection that a session holds.</summary>
/// <param name="Session">The session's id.</param>
/// <param name="User">Its user.</param>
/// <param name="Backend">The backend.</param>
/// <param name="ThreadId">The server's id of the connection's thread.</param>
/// <param name="State">What the session does.</param>
/// <param name="Statement">The kind of statement that runs, or ran last.</param>
/// <param name="RunsForSeconds">How long the command that runs has run; null between commands.</param>
/// <param name="Held">Why it is held between statements: "Transaction", reasons of a pin, or null.</param>
public sealed record LeaseView(
    uint Session, string User, string Backend, ulong ThreadId, string State, string? Statement, double? RunsForSeconds, string? Held);
