using System.Buffers;
using System.Buffers.Binary;
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

    /// <summary>COM_QUERY, in the character set that the text is in.</summary>
    public static void Query(IBufferWriter<byte> output, ReadOnlySpan<byte> sql) => Packet(output, [(byte)CommandCode.Query, .. sql]);

    /// <summary>COM_INIT_DB.</summary>
    public static void InitDb(IBufferWriter<byte> output, string database) => Text(output, CommandCode.InitDb, database);

    /// <summary>COM_SET_OPTION: multi-statements on or off.</summary>
    public static void MultiStatements(IBufferWriter<byte> output, bool enabled) =>
        Packet(output, [(byte)CommandCode.SetOption, (byte)(enabled ? SetOptionMultiStatementsOn : SetOptionMultiStatementsOff), 0]);

    /// <summary>COM_RESET_CONNECTION.</summary>
    public static void ResetConnection(IBufferWriter<byte> output) => Packet(output, [(byte)CommandCode.ResetConnection]);

    /// <summary>COM_PING.</summary>
    public static void Ping(IBufferWriter<byte> output) => Packet(output, [(byte)CommandCode.Ping]);

    /// <summary>COM_STMT_PREPARE of a text as a client sent it, which fits into one packet.</summary>
    public static void StmtPrepare(IBufferWriter<byte> output, ReadOnlySpan<byte> sql)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sql.Length + 1, PacketHeader.MaxPayload);
        var span = output.GetSpan(PacketHeader.Size + 1 + sql.Length);
        new PacketHeader(1 + sql.Length, 0).Write(span);
        span[PacketHeader.Size] = (byte)CommandCode.StmtPrepare;
        sql.CopyTo(span[(PacketHeader.Size + 1)..]);
        output.Advance(PacketHeader.Size + 1 + sql.Length);
    }

    /// <summary>COM_STMT_CLOSE, which has no reply.</summary>
    public static void StmtClose(IBufferWriter<byte> output, uint statementId)
    {
        Span<byte> payload = [(byte)CommandCode.StmtClose, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(payload[1..], statementId);
        Packet(output, payload);
    }

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
