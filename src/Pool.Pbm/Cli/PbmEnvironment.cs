using Spectre.Console;

namespace Pool.Pbm.Cli;

/// <summary>The world that the program runs in.</summary>
/// <param name="Output">Where answers go.</param>
/// <param name="Errors">Where problems go.</param>
/// <param name="Console">Where tables are drawn, and the operator is asked.</param>
/// <param name="IsInteractive">There is an operator who can be asked.</param>
/// <param name="Variable">Looks up an environment variable; null if it is not set.</param>
/// <param name="Time">The clock.</param>
public sealed record PbmEnvironment(
    TextWriter Output, TextWriter Errors, IAnsiConsole Console, bool IsInteractive, Func<string, string?> Variable, TimeProvider Time)
{
    /// <summary>The process's own.</summary>
    public static PbmEnvironment OfProcess()
    {
        var isInteractive = !System.Console.IsInputRedirected && !System.Console.IsOutputRedirected;
        return new(System.Console.Out, System.Console.Error, AnsiConsole.Console, isInteractive, Environment.GetEnvironmentVariable, TimeProvider.System);
    }
}
