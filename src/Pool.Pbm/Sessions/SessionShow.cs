using System.CommandLine;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;

namespace Pool.Pbm.Sessions;

/// <summary>pbm session show</summary>
internal static class SessionShow
{
    private const string Description =
        """
        Shows one session, wherever it is: its state, its connection at the server, and what it has set.

        Example:
          pbm session show 4194311
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("show", Description);
        var id = Numbers.Argument("id");
        id.Description = "The session's id: what CONNECTION_ID() says there.";
        command.Arguments.Add(id);
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var answer = await client.GetAsync($"/v1/sessions/{parsed.GetValue(id)}", [], cancel);
            if (context.WantsJson(parsed) || answer.Items is not [var session, ..])
            {
                return context.Show(parsed, answer, []);
            }

            ItemList.Write(context.Environment.Console, session);
            return CommandContext.ExitCodeOf(answer);
        });
        return command;
    }
}
