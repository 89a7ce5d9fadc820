using System.Net.Sockets;

namespace Pool.Host.Transport;

/// <summary>TCP keep-alive: finds peers that vanished without a word while nothing is being sent.</summary>
internal static class KeepAlive
{
    // A peer that is gone is noticed after about two minutes: well before the idle limits of firewalls and load balancers.
    private const int IdleSeconds = 60;
    private const int IntervalSeconds = 15;
    private const int Probes = 4;
    private const int LinuxTcp = 6;
    private const int LinuxTcpUserTimeout = 18;
    private const int UnacknowledgedMilliseconds = 120_000;

    public static void Enable(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, IntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        if (OperatingSystem.IsLinux())
        {
            // Keep-alive is silent while something sent is not acknowledged: this is its limit.
            socket.SetRawSocketOption(LinuxTcp, LinuxTcpUserTimeout, BitConverter.GetBytes(UnacknowledgedMilliseconds));
        }
    }
}
