using Pool.Actors.Sessions.UserVariables;
using Pool.Actors.Settings;
using Pool.Wire.Replies;

namespace Pool.Actors.Backends;

/// <summary>
/// What the one who has a connection knows of it between two statements, so that another node can go on with it. Prepared statements are
/// not part of it: their ids are the server's own, so that each node looks after those that it made.
/// </summary>
/// <param name="Settings">What it carries; null if that is not known.</param>
/// <param name="Baseline">What its last reset left.</param>
/// <param name="Status">The status flags that the server last reported.</param>
/// <param name="HasDiagnostics">There may be warnings or an error on it.</param>
/// <param name="InsertId">LAST_INSERT_ID() on it when that was last read or set.</param>
/// <param name="UserVariables">The names of the user variables that exist on it.</param>
internal sealed record ConnectionState(
    SessionSettings? Settings,
    Baseline? Baseline,
    ServerStatus Status,
    bool HasDiagnostics,
    ulong InsertId,
    IReadOnlyCollection<string> UserVariables)
{
    /// <summary>What is known of a connection that the caller owns.</summary>
    public static ConnectionState Of(BackendConnection connection) => new(
        connection.Fingerprint == Fingerprint.None ? null : connection.Settings,
        connection.ResetTo,
        connection.Status,
        connection.HasDiagnostics,
        connection.KnownInsertId,
        [.. connection.UserVariables.Names]);

    /// <summary>Takes note of it on a connection that the caller owns. The values of its user variables are not known here.</summary>
    public void Note(BackendConnection connection)
    {
        if (Settings is null)
        {
            connection.Repainted(Fingerprint.None);
        }
        else
        {
            connection.Repainted(Settings);
        }

        connection.ResetTo = Baseline;
        connection.Status = Status;
        connection.HasDiagnostics = HasDiagnostics;
        connection.KnownInsertId = InsertId;
        connection.UserVariables.Clear();
        foreach (var name in UserVariables)
        {
            connection.UserVariables.Set(UserVariable.Unknown(name));
        }
    }
}
