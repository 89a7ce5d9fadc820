namespace Pool.Wire.Statements;

/// <summary>What a KILL ends.</summary>
public enum KillScope : byte
{
    /// <summary>The connection, with the statement that it is running.</summary>
    Connection,

    /// <summary>The running statement only.</summary>
    Query,
}
