namespace Pool.Wire.Statements;

/// <summary>Whether the answer to a SELECT may be remembered.</summary>
public enum Constancy : byte
{
    /// <summary>It reads more than variables and literals, or is not understood.</summary>
    No,

    /// <summary>The text and the session's variables decide it.</summary>
    Session,

    /// <summary>It names a global variable as such.</summary>
    WhileGlobalsHold,
}
