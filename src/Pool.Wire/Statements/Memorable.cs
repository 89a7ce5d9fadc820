namespace Pool.Wire.Statements;

/// <summary>Whether the effect of a SET on session variables may be remembered for the next session that sends it.</summary>
public enum Memorable : byte
{
    /// <summary>It depends on more than variables, does more than setting them, or is not understood.</summary>
    No,

    /// <summary>The session's variables before and the text decide it.</summary>
    Yes,

    /// <summary>Global variables decide too: DEFAULT, <c>@@global.x</c>.</summary>
    WhileGlobalsHold,
}
