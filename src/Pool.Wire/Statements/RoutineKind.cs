namespace Pool.Wire.Statements;

/// <summary>How a routine is called. Procedures and functions have names of their own.</summary>
public enum RoutineKind : byte
{
    /// <summary>By CALL.</summary>
    Procedure,

    /// <summary>Inside of an expression.</summary>
    Function,
}
