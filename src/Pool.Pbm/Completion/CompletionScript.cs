using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Completion;

/// <summary>pbm completion</summary>
internal static class CompletionScript
{
    // The shells ask the program itself what may come next: "pbm [suggest:POSITION] LINE".
    private const string Bash =
        """
        _pbm() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(pbm "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null | grep -v '^[/-]?$\|^/')" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _pbm pbm
        """;

    private const string Zsh =
        """
        #compdef pbm
        _pbm() {
            local -a found
            found=("${(@f)$(pbm "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null | grep -v '^/')}")
            compadd -- $found
        }
        compdef _pbm pbm
        """;

    private const string Fish =
        """
        complete -f -c pbm -a "(pbm '[suggest:'(commandline -C)']' (commandline -p) 2>/dev/null | grep -v '^/')"
        """;

    private const string Description =
        """
        Writes a script that has a shell complete pbm's commands and options.

        Examples:
          source <(pbm completion bash)
          pbm completion zsh > "${fpath[1]}/_pbm"
          pbm completion fish > ~/.config/fish/completions/pbm.fish
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("completion", Description);
        var shell = new Argument<string>("shell") { Description = "The shell." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        command.Arguments.Add(shell);
        command.SetAction(async (parsed, _) =>
        {
            await context.Environment.Output.WriteLineAsync(parsed.GetValue(shell) switch { "zsh" => Zsh, "fish" => Fish, _ => Bash });
            return ExitCode.Done;
        });
        return command;
    }
}
