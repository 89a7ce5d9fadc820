using Pool.Host.Tests.Admin;
using Pool.Pbm.Cli;
using Spectre.Console;

namespace Pool.Pbm.Tests;

/// <summary>Runs pbm as an operator's shell would, and keeps what it writes.</summary>
internal sealed class Shell
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    /// <summary>A shell that knows where a cluster is, and its token.</summary>
    public static Shell Of(AdminCluster cluster, int width = 250, bool isTerminal = false) =>
        new Shell { Width = width, IsTerminal = isTerminal }.With("POOL_ADMIN", cluster.Address.Authority).With("POOL_ADMIN_TOKEN", AdminCluster.Token);

    /// <summary>What was written to standard output last.</summary>
    public string Output { get; private set; } = "";

    /// <summary>What was written to standard error last.</summary>
    public string Errors { get; private set; } = "";

    /// <summary>How wide the terminal is taken to be; where there is none, it is 80.</summary>
    public int Width { get; init; } = 250;

    /// <summary>Standard output is a terminal.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>The lines of <see cref="Output"/>.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Sets a variable.</summary>
    public Shell With(string name, string value)
    {
        _variables[name] = value;
        return this;
    }

    /// <summary>Runs a command line, its words separated by spaces; answers with the exit code.</summary>
    public Task<int> RunAsync(string line) => RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Runs a command.</summary>
    public async Task<int> RunAsync(string[] arguments)
    {
        var (output, errors) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new Screen(output, IsTerminal),
        });
        console.Profile.Width = Width;
        var environment = new PbmEnvironment(output, errors, console, IsInteractive: false, _variables.GetValueOrDefault, TimeProvider.System);
        var code = await new PbmProgram(environment).RunAsync(arguments);
        (Output, Errors) = (output.ToString(), errors.ToString());
        return code;
    }

    private sealed class Screen(TextWriter writer, bool isTerminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => isTerminal;

        public int Width => 80;

        public int Height => 24;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
