using System.Net;
using System.Net.Sockets;

namespace Pool.Live.Tests.Support;

/// <summary>
/// Ports that nothing listens on, and that nothing else gets: they lie below those that the system gives to outgoing connections
/// (net.ipv4.ip_local_port_range), and each is given once. So a server can be stopped and started again at its port.
/// </summary>
internal static class FreePort
{
    private const int First = 10_000;
    private static readonly int s_end = FirstOfTheSystem();
    // Runs that follow each other, or go beside each other, begin at places of their own.
    private static int s_next = Random.Shared.Next(First, s_end);

    /// <summary>A port of the loopback address that was free a moment ago. Safe to call from any thread.</summary>
    public static int Next()
    {
        for (var tried = First; tried < s_end; tried++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref s_next) % (uint)(s_end - First));
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"no port from {First} to {s_end} is free");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FirstOfTheSystem() =>
        int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t', ' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
