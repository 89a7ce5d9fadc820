namespace Pool.Pbm.Cli;

/// <summary>What the program's exit code says; scripts rely on it.</summary>
internal static class ExitCode
{
    /// <summary>Done, by every node that was asked.</summary>
    public const int Done = 0;

    /// <summary>A node refused it or could not do it, or the operator did not confirm it.</summary>
    public const int Failed = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The node, or one of the nodes that the answer needs, cannot be reached. What the others said is shown.</summary>
    public const int Unreachable = 3;

    /// <summary>The token is missing or wrong.</summary>
    public const int NotAllowed = 4;
}
