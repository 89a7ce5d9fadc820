using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Pool.Load;

/// <summary>
/// Makes another .NET process of the same user collect its garbage: opens an event session with the keyword GCHeapCollect on
/// its diagnostic socket, as heap dump tools do.
/// <see href="https://github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md"/>
/// </summary>
internal static class GarbageCollection
{
    private const byte EventPipeCommands = 0x02;
    private const byte CollectTracing2 = 0x03;
    private const string Provider = "Microsoft-Windows-DotNETRuntime";
    private const long HeapCollectKeyword = 0x80_0000;
    private const int Informational = 4;

    /// <summary>Asks for a full collection and gives it time; false if the process has no diagnostic socket.</summary>
    public static async Task<bool> ForceAsync(int process)
    {
        var path = Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{process}-*-socket").FirstOrDefault();
        if (path is null)
        {
            return false;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync(Request());

        // The session ends, and with it the flow of events, when the socket is closed.
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        var scrap = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(scrap, enough.Token) > 0)
            {
            }
        }
        catch (OperationCanceledException)
        {
        }

        return true;
    }

    private static byte[] Request()
    {
        using var payload = new MemoryStream();
        using var writer = new BinaryWriter(payload, Encoding.Unicode);
        writer.Write(1); // MB of event buffer
        writer.Write(1); // the nettrace format
        writer.Write(false); // no list of methods at the end
        writer.Write(1); // one provider
        writer.Write(HeapCollectKeyword);
        writer.Write(Informational);
        WriteString(writer, Provider);
        WriteString(writer, "");
        var message = new byte[20 + payload.Length];
        "DOTNET_IPC_V1\0"u8.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), (ushort)message.Length);
        message[16] = EventPipeCommands;
        message[17] = CollectTracing2;
        payload.ToArray().CopyTo(message, 20);
        return message;
    }

    private static void WriteString(BinaryWriter writer, string text)
    {
        writer.Write(text.Length + 1);
        writer.Write(Encoding.Unicode.GetBytes(text + '\0'));
    }
}
