using System.CommandLine;
using Pool.Pbm.Api;
using Pool.Pbm.Backends;
using Pool.Pbm.Cluster;
using Pool.Pbm.Completion;
using Pool.Pbm.Leases;
using Pool.Pbm.Nodes;
using Pool.Pbm.Pins;
using Pool.Pbm.Pools;
using Pool.Pbm.Sessions;
using Pool.Pbm.Settings;
using Pool.Pbm.Sharding;
using Pool.Pbm.Watch;

namespace Pool.Pbm.Cli;

/// <summary>The program: all commands, and what becomes of one.</summary>
public sealed class PbmProgram(PbmEnvironment environment)
{
    private const string Description =
        """
        Shows and steers a cluster of Pool nodes, through the admin port of any one of them.

        Examples:
          pbm cluster show
          pbm session list --user app --state running
          pbm session kill 4194311 --query
          pbm pool list --json | jq '.items[] | select(.waiting > 0)'
          pbm watch

        Where the node is: --node HOST:PORT, or POOL_ADMIN; 127.0.0.1:6034 otherwise.
        The token: a file with --token-file, or POOL_ADMIN_TOKEN. It is never given on the command line, where others could see it.

        Exit codes: 0 done, 1 a node refused or failed, 2 the command line cannot be understood, 3 a node cannot be reached (what
        the others said is shown), 4 not allowed.
        """;

    /// <summary>The commands, with the options that all of them have.</summary>
    public RootCommand Commands()
    {
        var options = new CommonOptions();
        var root = new RootCommand(Description);
        options.AddTo(root);
        foreach (var group in Groups(new CommandContext(environment, options)))
        {
            root.Subcommands.Add(group);
        }

        return root;
    }

    /// <summary>Runs one command; the answer is the exit code. Never throws.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        // Most often a variable that is not set: without its name a command would mean the node that is asked, or all of them.
        if (arguments is not [['[', ..], ..] && arguments.Any(a => a is "" or ['-', '-', .., '=']))
        {
            await environment.Errors.WriteLineAsync("pbm: an argument is empty; leave it out if that is meant");
            return ExitCode.Usage;
        }

        var parsed = Commands().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await environment.Errors.WriteLineAsync($"pbm: {error.Message}");
            }

            await environment.Errors.WriteLineAsync("pbm: try --help");
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, Output = environment.Output, Error = environment.Errors,
            });
        }
        catch (AdminFailedException failed)
        {
            await environment.Errors.WriteLineAsync($"pbm: {failed.Message}");
            return failed.ExitCode;
        }
        catch (OperationCanceledException)
        {
            // Interrupted by the operator.
            return ExitCode.Failed;
        }
    }

    private static IEnumerable<Command> Groups(CommandContext context) =>
    [
        new Command("cluster", "The cluster: its members, how to join and to leave it.")
        {
            ClusterShow.Make(context), ClusterJoinInfo.Make(context), ClusterLeave.Make(context), ClusterDown.Make(context),
        },
        new Command("node", "The nodes, and whether they take clients.") { NodeList.Make(context), NodeDrain.Make(context), NodeResume.Make(context) },
        new Command("sharding", "How sessions are spread over the nodes.") { ShardingSlots.Make(context) },
        new Command("session", "The sessions of clients.") { SessionList.Make(context), SessionShow.Make(context), SessionKill.Make(context) },
        new Command("pool", "The pools of backend connections.")
        {
            PoolList.Make(context), PoolShow.Make(context), PoolResize.Make(context), PoolPause.Make(context), PoolResume.Make(context),
        },
        new Command("lease", "Who uses a backend connection now.") { LeaseList.Make(context) },
        new Command("settings", "Which settings sessions have.") { SettingsTop.Make(context) },
        new Command("pin", "Sessions that keep a connection for themselves.") { PinList.Make(context) },
        new Command("backend", "The database servers.") { BackendList.Make(context), BackendDrain.Make(context) },
        WatchView.Make(context),
        CompletionScript.Make(context),
    ];
}
