using System.Buffers.Binary;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Prepared;

/// <summary>Executes prepared statements as a driver does.</summary>
internal static class Executes
{
    /// <summary>A type, as two bytes of a packet: a 32-bit number.</summary>
    public static readonly byte[] Int = [3, 0];

    /// <summary>A type: a 64-bit number.</summary>
    public static readonly byte[] Long = [8, 0];

    /// <summary>Executes a statement without parameters.</summary>
    public static Task<FakeClientResult> ExecuteAsync(this FakeClient client, uint id) =>
        client.RunAsync(CommandCode.StmtExecute, [.. Head(id)]);

    /// <summary>Executes a statement with one parameter, which is NULL; types of null are left out.</summary>
    public static Task<FakeClientResult> ExecuteAsync(this FakeClient client, uint id, byte[]? types) =>
        client.RunAsync(CommandCode.StmtExecute, [.. Head(id), 1, .. types is null ? [] : new byte[] { 1 }, .. types ?? [0]]);

    /// <summary>Closes a statement.</summary>
    public static Task CloseStatementAsync(this FakeClient client, uint id) => client.SendAsync(CommandCode.StmtClose, BitConverter.GetBytes(id));

    /// <summary>Sends a part of the first parameter.</summary>
    public static Task SendLongDataAsync(this FakeClient client, uint id, int bytes) =>
        client.SendAsync(CommandCode.StmtSendLongData, [.. BitConverter.GetBytes(id), 0, 0, .. new byte[bytes]]);

    /// <summary>How many commands of a kind the server was sent.</summary>
    public static int Count(this FakeServer server, CommandCode command) => server.Log.Count(s => s.Command == command);

    private static byte[] Head(uint id)
    {
        var head = new byte[9];
        BinaryPrimitives.WriteUInt32LittleEndian(head, id);
        head[5] = 1;
        return head;
    }
}
