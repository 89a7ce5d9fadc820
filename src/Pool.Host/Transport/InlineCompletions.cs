namespace Pool.Host.Transport;

/// <summary>
/// Makes the runtime continue what awaits a socket on the epoll thread that saw the event, instead of queueing it to the
/// thread pool: about half the CPU per query in a relay. The price: nothing that continues there may block or run long.
/// </summary>
public static class InlineCompletions
{
    /// <summary>Must run before the first socket of the process exists: the runtime reads the setting once.</summary>
    public static void Enable() => Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
}
