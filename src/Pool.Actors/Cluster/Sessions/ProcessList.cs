namespace Pool.Actors.Cluster.Sessions;

/// <summary>Sessions as SHOW PROCESSLIST shows them.</summary>
/// <param name="Rows">The sessions, in the order of their ids.</param>
/// <param name="Missing">Nodes whose sessions are not in it, since they could not be reached.</param>
public sealed record ProcessList(IReadOnlyList<ProcessRow> Rows, IReadOnlyList<string> Missing);

/// <summary>A session as SHOW PROCESSLIST shows it. Holds no literal of any statement.</summary>
/// <param name="Id">Its id.</param>
/// <param name="User">Its user.</param>
/// <param name="Host">Its client's address.</param>
/// <param name="Database">Its current database; null for none.</param>
/// <param name="Command">What it does, in the server's words: Sleep, Query, ...</param>
/// <param name="Seconds">For how long.</param>
/// <param name="State">What more there is to say of that.</param>
/// <param name="Info">The kind of statement that runs; null if none does, or it is not known.</param>
public sealed record ProcessRow(uint Id, string User, string Host, string? Database, string Command, long Seconds, string State, string? Info);
