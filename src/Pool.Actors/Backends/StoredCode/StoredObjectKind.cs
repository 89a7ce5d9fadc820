namespace Pool.Actors.Backends.StoredCode;

/// <summary>What holds stored code.</summary>
public enum StoredObjectKind
{
    /// <summary>A procedure.</summary>
    Procedure,

    /// <summary>A function in SQL.</summary>
    Function,

    /// <summary>A trigger.</summary>
    Trigger,

    /// <summary>A view, whose query may call functions.</summary>
    View,

    /// <summary>The default of a table's column, where that draws from a sequence.</summary>
    Default,
}
