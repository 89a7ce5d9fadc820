using System.Buffers;
using System.Buffers.Binary;

namespace Pool.Wire.Commands;

/// <summary>
/// Where things are in the payload of COM_STMT_EXECUTE, COM_STMT_BULK_EXECUTE and COM_STMT_SEND_LONG_DATA, command code included: the
/// statement's id, and the types of the parameters, which a client may leave out when it has sent them before.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_stmt_execute.html"/>
/// <see href="https://mariadb.com/kb/en/com_stmt_bulk_execute/"/>
/// </summary>
public static class ExecutePacket
{
    /// <summary>The shortest payload of COM_STMT_EXECUTE: code, id, flags, iteration count.</summary>
    public const int MinBytes = 10;

    /// <summary>The shortest payload of COM_STMT_BULK_EXECUTE: code, id, flags.</summary>
    public const int MinBulkBytes = 7;

    /// <summary>The shortest payload of COM_STMT_SEND_LONG_DATA: code, id, parameter.</summary>
    public const int MinLongDataBytes = 7;

    private const int IdAt = 1;
    private const int LongDataParameterAt = 5;
    private const int FlagsAt = 5;
    private const int BytesPerType = 2;
    private const byte BulkTypesFollow = 0x80;

    /// <summary>The id of the statement; of any command whose payload starts with code and id.</summary>
    public static uint StatementId(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt32LittleEndian(payload[IdAt..]);

    /// <summary>Which parameter, from 0, a COM_STMT_SEND_LONG_DATA is a part of.</summary>
    public static int LongDataParameter(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt16LittleEndian(payload[LongDataParameterAt..]);

    /// <summary>Changes the id in place.</summary>
    public static void Redirect(Span<byte> payload, uint statementId) => BinaryPrimitives.WriteUInt32LittleEndian(payload[IdAt..], statementId);

    /// <summary>True if a COM_STMT_EXECUTE asks for a cursor.</summary>
    public static bool AsksForCursor(ReadOnlySpan<byte> payload) =>
        payload.Length > FlagsAt && payload[0] == (byte)CommandCode.StmtExecute && payload[FlagsAt] != 0;

    /// <summary>How much of a payload must be there for its types to be found, if it has any.</summary>
    public static int HeadBytes(CommandCode command, int parameters) => TypesAt(command, parameters) + (BytesPerType * parameters);

    /// <summary>
    /// Finds the types of the parameters. False if the payload is too short to have them. <paramref name="types"/> is empty if the client
    /// left them out; <paramref name="at"/> is where they are, or would be.
    /// </summary>
    public static bool TryFindTypes(ReadOnlySpan<byte> payload, int parameters, out ReadOnlySpan<byte> types, out int at)
    {
        types = default;
        at = payload.IsEmpty ? 0 : TypesAt((CommandCode)payload[0], parameters);
        if (parameters == 0 || payload.Length < at || at == 0)
        {
            return false;
        }

        if (!TypesFollow(payload, at))
        {
            return true;
        }

        if (payload.Length < at + (BytesPerType * parameters))
        {
            return false;
        }

        types = payload.Slice(at, BytesPerType * parameters);
        return true;
    }

    /// <summary>
    /// Writes the head of a payload that leaves the types out, up to where they are to be, and the types. What follows in the payload
    /// follows here too.
    /// </summary>
    public static void WriteWithTypes(IBufferWriter<byte> output, ReadOnlySpan<byte> payload, int at, ReadOnlySpan<byte> types)
    {
        var span = output.GetSpan(at + types.Length);
        payload[..at].CopyTo(span);
        if (payload[0] == (byte)CommandCode.StmtBulkExecute)
        {
            span[FlagsAt] |= BulkTypesFollow;
        }
        else
        {
            span[at - 1] = 1;
        }

        types.CopyTo(span[at..]);
        output.Advance(at + types.Length);
    }

    private static bool TypesFollow(ReadOnlySpan<byte> payload, int at) =>
        payload[0] == (byte)CommandCode.StmtBulkExecute ? (payload[FlagsAt] & BulkTypesFollow) != 0 : payload[at - 1] != 0;

    // Behind the bitmap of NULLs and the byte that says whether types follow.
    private static int TypesAt(CommandCode command, int parameters) =>
        command == CommandCode.StmtBulkExecute ? MinBulkBytes : MinBytes + ((parameters + 7) / 8) + 1;
}
