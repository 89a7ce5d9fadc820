using System.Buffers;
using System.Text;
using Pool.Wire.Framing;

namespace Pool.Wire.Commands;

/// <summary>
/// The commands that the pool itself sends, each as one whole packet with sequence number 0, appended to a buffer so that several
/// can share one write.
/// </summary>
public static class CommandPackets
{
    private const int SetOptionMultiStatementsOn = 0;
    private const int SetOptionMultiStatementsOff = 1;

    /// <summary>COM_QUERY.</summary>
    public static void Query(IBufferWriter<byte> output, string sql) => Text(output, CommandCode.Query, sql);

    /// <summary>COM_INIT_DB.</summary>
    public static void InitDb(IBufferWriter<byte> output, string database) => Text(output, CommandCode.InitDb, database);

    /// <summary>COM_SET_OPTION: multi-statements on or off.</summary>
    public static void MultiStatements(IBufferWriter<byte> output, bool enabled) =>
        Packet(output, [(byte)CommandCode.SetOption, (byte)(enabled ? SetOptionMultiStatementsOn : SetOptionMultiStatementsOff), 0]);

    /// <summary>COM_RESET_CONNECTION.</summary>
    public static void ResetConnection(IBufferWriter<byte> output) => Packet(output, [(byte)CommandCode.ResetConnection]);

    /// <summary>COM_QUIT.</summary>
    public static void Quit(IBufferWriter<byte> output) => Packet(output, [(byte)CommandCode.Quit]);

    private static void Text(IBufferWriter<byte> output, CommandCode code, string text)
    {
        var length = 1 + Encoding.UTF8.GetByteCount(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(length, PacketHeader.MaxPayload);
        var span = output.GetSpan(PacketHeader.Size + length);
        new PacketHeader(length, 0).Write(span);
        span[PacketHeader.Size] = (byte)code;
        Encoding.UTF8.GetBytes(text, span[(PacketHeader.Size + 1)..]);
        output.Advance(PacketHeader.Size + length);
    }

    private static void Packet(IBufferWriter<byte> output, ReadOnlySpan<byte> payload)
    {
        var span = output.GetSpan(PacketHeader.Size + payload.Length);
        new PacketHeader(payload.Length, 0).Write(span);
        payload.CopyTo(span[PacketHeader.Size..]);
        output.Advance(PacketHeader.Size + payload.Length);
    }
}
