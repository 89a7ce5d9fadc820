using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Sessions;

/// <summary>pbm session list</summary>
internal static class SessionList
{
    private const string Description =
        """
        Lists sessions of all nodes in the order of their ids. Filters add up. A long list goes on with --after and the last id.

        Examples:
          pbm session list --user app --state running
          pbm session list --pinned true --limit 20
          pbm session list --member pool-2 --after 8392711
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("list", Description);
        var (user, database, backend) = (
            CommonOptions.Filter("user", "Only this client user's.", "NAME"), CommonOptions.Filter("database", "Only with this current database.", "NAME"),
            CommonOptions.Filter("backend", "Only those of this backend.", "NAME"));
        var client = CommonOptions.Filter("client", "Only clients whose address begins so.", "ADDRESS");
        var state = CommonOptions.Filter("state", "Only in this state.", "STATE");
        state.AcceptOnlyFromAmong("idle", "waiting", "running", "in transaction", "pinned");
        var pinned = CommonOptions.Filter("pinned", "Only those that keep a connection for themselves, or only others.", "true|false");
        pinned.AcceptOnlyFromAmong("true", "false");
        var (member, limit) = (CommonOptions.Member(), CommonOptions.Limit());
        var after = Numbers.Option("--after");
        (after.Description, after.HelpName) = ("Only those with a higher id.", "ID");
        foreach (var option in new Option[] { user, database, backend, client, state, pinned, member, after, limit })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancel) => context.ListAsync(
            parsed,
            "/v1/sessions",
            [
                new("user", parsed.GetValue(user)), new("database", parsed.GetValue(database)), new("backend", parsed.GetValue(backend)),
                new("client", parsed.GetValue(client)), new("state", parsed.GetValue(state)), new("pinned", parsed.GetValue(pinned)),
                new("node", parsed.GetValue(member)), new("after", parsed.GetValue(after)), new("limit", parsed.GetValue(limit)),
            ],
            SessionColumns.Of(context.Environment.Time),
            cancel));
        return command;
    }
}
