using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Sessions;

/// <summary>pbm session kill</summary>
internal static class SessionKill
{
    private const string Description =
        """
        Ends a session, wherever it is, as KILL does; with --query only the statement that it runs.

        Examples:
          pbm session kill 4194311
          pbm session kill 4194311 --query --yes
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("kill", Description);
        var id = Numbers.Argument("id");
        id.Description = "The session's id.";
        var query = new Option<bool>("--query") { Description = "Only the statement; the session goes on." };
        var yes = CommonOptions.Yes();
        command.Arguments.Add(id);
        command.Options.Add(query);
        command.Options.Add(yes);
        command.SetAction(async (parsed, cancel) =>
        {
            var (session, isQuery) = (parsed.GetValue(id), parsed.GetValue(query));
            return await context.IsMeantAsync(parsed.GetValue(yes), isQuery ? $"End the statement of session {session}?" : $"End session {session}?", cancel)
                ? await context.DoAsync(
                    parsed, $"/v1/sessions/{session}/kill", [new("scope", isQuery ? "query" : "connection")], SessionColumns.Of(context.Environment.Time), cancel)
                : ExitCode.Failed;
        });
        return command;
    }
}
