namespace Pool.Wire.Statements;

/// <summary>Things that a session makes by name, that live on its connection, and that it may give up again.</summary>
public enum SessionObjectKind : byte
{
    /// <summary>Unknown, or several kinds at once.</summary>
    Any,

    /// <summary>Temporary tables, by <c>database.name</c>, or <c>.name</c> in the current one.</summary>
    TemporaryTable,

    /// <summary>Handlers, by alias or else table name.</summary>
    Handler,

    /// <summary>Locks of GET_LOCK. They nest: each RELEASE_LOCK gives up one GET_LOCK.</summary>
    UserLock,

    /// <summary>Statements of PREPARE's text form.</summary>
    PreparedText,
}
