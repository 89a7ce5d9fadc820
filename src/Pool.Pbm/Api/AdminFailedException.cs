namespace Pool.Pbm.Api;

/// <summary>A command that cannot go on; its message is for the operator.</summary>
internal sealed class AdminFailedException(int exitCode, string message) : Exception(message)
{
    /// <summary>What the program ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
