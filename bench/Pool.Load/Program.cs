using System.Globalization;
using Pool.Load;

// Continue on the thread that saw the event: the generator's own cost must be small beside what it measures.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

try
{
    switch (args)
    {
        case ["compare", var results, .. var yardsticks]:
            Console.Write(new Comparison(yardsticks).Table(File.ReadLines(results).Select(LoadReport.FromJson)));
            return 0;
        case ["kill", var rounds, .. var ways]:
            return await new KillRun(ways, int.Parse(rounds, CultureInfo.InvariantCulture)).RunAsync();
        case ["errors", var results]:
            Console.Write(Comparison.Errors(File.ReadLines(results).Select(LoadReport.FromJson)));
            return 0;
        case ["collect", var process]:
            return await GarbageCollection.ForceAsync(int.Parse(process, CultureInfo.InvariantCulture)) ? 0 : 1;
        default:
            return await new LoadRun(LoadOptions.Parse(args)).RunAsync();
    }
}
catch (Exception e) when (e is FormatException or ServerError or System.Net.Sockets.SocketException or IOException or HttpRequestException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
