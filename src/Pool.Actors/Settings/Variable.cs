namespace Pool.Actors.Settings;

/// <summary>A session variable that sessions can set.</summary>
/// <param name="Index">Its place in the catalogue.</param>
/// <param name="Name">Its name, in lower case.</param>
/// <param name="Role">What is done with a session's value.</param>
/// <param name="IsText">Its values are written in quotes; servers refuse quoted numbers for numeric variables.</param>
public sealed record Variable(int Index, string Name, VariableRole Role, bool IsText);

/// <summary>What is done with the value that a session has given a variable.</summary>
public enum VariableRole
{
    /// <summary>The session's connections are painted with it.</summary>
    Painted,

    /// <summary>The session's own: painted only where a statement may read it, and taken back before others get the connection.</summary>
    Own,

    /// <summary>No variable of the server's; see <see cref="VariableCatalogue.ResultsCollation"/>.</summary>
    Silent,

    /// <summary>Sessions cannot set it; its value is only known.</summary>
    Watched,

    /// <summary>
    /// It cannot be moved between connections, or the pool's account may not set it: never painted, the session keeps its connection
    /// while its value differs from the baseline.
    /// </summary>
    Pinning,
}
