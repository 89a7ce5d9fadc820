using Pool.Wire.Commands;

namespace Pool.Actors.Prepared;

/// <summary>One prepared statement as a connection's server knows it. Belongs to whoever owns the connection.</summary>
/// <param name="owner">The connection's statements.</param>
/// <param name="id">The server's id.</param>
/// <param name="text">Its text; null if it is for one session, and not to be found by others.</param>
internal sealed class ConnectionStatement(ConnectionStatements owner, uint id, PreparedText? text)
{
    /// <summary>The connection's statements.</summary>
    public ConnectionStatements Owner => owner;

    /// <summary>The server's id.</summary>
    public uint Id => id;

    /// <summary>Its text; null if it is not to be found by others.</summary>
    public PreparedText? Text => text;

    /// <summary>False once it was closed, or is about to be.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>The types of the parameters that the server remembers; null if there are none, or they are not known.</summary>
    public BoundTypes? Types { get; set; }

    /// <summary>What its parameters have become by what was bound here; null before that, and where servers do not remember it.</summary>
    public ParameterKind[]? Kinds { get; set; }

    /// <summary>Whose long data or cursor waits in it, so that it must stay and nobody else may use it; usually null.</summary>
    public SessionStatement? User { get; set; }

    /// <summary>
    /// It was executed with a cursor. MySQL (seen on 9.7) sends no rows when such a statement is executed without one, after a reset too,
    /// and the client waits for ever: it is executed only once, unless long data wait in it.
    /// </summary>
    public bool HadCursor { get; set; }

    /// <summary>It can be found by its text.</summary>
    public bool IsListed { get; set; }

    /// <summary>The next one that was used more recently; the owner's.</summary>
    public ConnectionStatement? Newer { get; set; }

    /// <summary>The next one that was used less recently; the owner's.</summary>
    public ConnectionStatement? Older { get; set; }
}
