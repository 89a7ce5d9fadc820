using System.Collections;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pool.Host;
using Pool.Host.Cluster;
using Pool.Host.Configuration;
using Pool.Host.Lifecycle;
using Pool.Host.Transport;

const int Usage = 2;
FirstGeneration.Limit();
InlineCompletions.Enable();

var command = CommandLine.Parse(args);
if (command.Help)
{
    Console.WriteLine(CommandLine.Explanation);
    return 0;
}

if (command.Problem is not null)
{
    Console.Error.WriteLine($"pool: {command.Problem}\nusage: {CommandLine.Usage}");
    return Usage;
}

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
var load = () => PoolConfig.Load(command.ConfigFile, command.Overrides, environment);
var loaded = load();
if (command.Check)
{
    return loaded.Report(Console.Out);
}

if (loaded.Config is not { } config)
{
    Console.Error.WriteLine(string.Join(Environment.NewLine, loaded.Problems));
    return Usage;
}

using var log = new LogSetup(config.Log);
var logger = log.Factory.CreateLogger("Pool");
using var drain = new Drain(TimeProvider.System);
var secrets = new SecretResolver(environment);
await using var cluster = new ClusterUnit(config, secrets, log.Factory, TimeProvider.System);
await using var node = new Node(config, cluster, secrets, drain, log.Factory, TimeProvider.System);
var reload = new ConfigReload(config, load, logger);
reload.OnReload("the node", node.Apply);
reload.OnReload("the log", c =>
{
    log.SetLevel(c.Log.Level);
    return null;
});
using var signals = new Signals(drain, () => reload.Current.Shutdown.DrainTimeout, () => reload.Reload());
try
{
    await node.StartAsync(drain.Draining);
}
catch (Exception e) when (e is IOException or SocketException)
{
    Console.Error.WriteLine($"pool: cannot listen: {e.Message}");
    return 1;
}

if (await cluster.JoinAsync(drain.Draining) is { } refusal)
{
    Console.Error.WriteLine($"pool: cannot join: {refusal}");
    return 1;
}

if (drain.State == DrainState.Running)
{
    node.Open(drain.Draining);
}

await Task.Delay(Timeout.Infinite, drain.Draining).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
await node.DrainAsync();
drain.Stop();
NodeLog.Stopped(logger);
return 0;
