using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pool.DumbRelay;
using Pool.Host.Transport;

InlineCompletions.Enable();

if (args is not [var listen, var host, var target])
{
    await Console.Error.WriteLineAsync("usage: pool-dumb-relay LISTEN_PORT TARGET_HOST TARGET_PORT");
    return 2;
}

using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
listener.Bind(new IPEndPoint(IPAddress.Loopback, int.Parse(listen, CultureInfo.InvariantCulture)));
listener.Listen(1024);
var relay = new Relay(new SocketDialer(), host, int.Parse(target, CultureInfo.InvariantCulture));
while (true)
{
    relay.Take(new SocketTransport(await listener.AcceptAsync()));
}
