using Pool.Actors.Runtime;

namespace Pool.DumbRelay;

/// <summary>
/// The yardstick: one connection to the target for every client, bytes copied both ways, nothing looked at. It runs on the
/// product's own transport, so what the product costs beyond it is what the product does.
/// </summary>
internal sealed class Relay(IDialer dialer, string host, int port)
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Serves <paramref name="client"/> until either side ends. Returns at once.</summary>
    public async void Take(Transport client)
    {
        var dialed = await dialer.DialAsync(host, port, CancellationToken.None);
        if (dialed.Transport is not { } server)
        {
            client.Abort();
            return;
        }

        await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
    }

    private static async Task CopyAsync(Transport from, Transport to)
    {
        var buffer = new byte[BufferSize];
        int received;
        do
        {
            received = await from.ReceiveAsync(buffer);
        }
        while (received > 0 && await to.SendAsync(buffer.AsMemory(0, received)));

        to.Close();
        from.Close();
    }
}
