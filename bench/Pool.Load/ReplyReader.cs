using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Pool.Wire.Primitives;

namespace Pool.Load;

/// <summary>
/// Reads whole result sets and checks what can be checked cheaply: framing, sequence, the first row's id, the number of rows.
/// An answer that belongs to someone else's query does not go unnoticed.
/// </summary>
internal sealed class ReplyReader(PacketStream stream, bool deprecateEof)
{
    /// <summary>
    /// One result set with <paramref name="rows"/> rows, the first of which begins with <paramref name="id"/>. Throws
    /// <see cref="ServerError"/> for an error packet or anything else than that.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadRowsAsync(int rows, int id, bool binary)
    {
        var columns = await ReadHeadAsync();
        for (var i = 0; i < columns + (deprecateEof ? 0 : 1); i++)
        {
            await stream.ReadAsync();
        }

        for (var seen = 0; ; seen++)
        {
            var packet = await stream.ReadAsync();
            if (packet.Span[0] == 0xFF)
            {
                throw Error(packet.Span);
            }

            if (packet.Span[0] == 0xFE && (deprecateEof || packet.Length < 9))
            {
                Check(seen == rows, "the number of rows is wrong");
                return;
            }

            Check(seen > 0 || (binary ? BinaryId(packet.Span, columns) : TextId(packet.Span)) == id, "the row is not the one asked for");
        }
    }

    /// <summary>
    /// The values of all rows of a text reply of whatever shape, one after another; none for an OK. Throws
    /// <see cref="ServerError"/> for an error packet.
    /// </summary>
    public async Task<IReadOnlyList<string>> ReadTextAsync()
    {
        var values = new List<string>();
        var head = await ReadHeadAsync();
        if (head is 0)
        {
            return values;
        }

        for (var i = 0; i < head + (deprecateEof ? 0 : 1); i++)
        {
            await stream.ReadAsync();
        }

        while (true)
        {
            var packet = await stream.ReadAsync();
            switch (packet.Span[0])
            {
                case 0xFF:
                    throw Error(packet.Span);
                case 0xFE when deprecateEof || packet.Length < 9:
                    return values;
                default:
                    AddRow(values, packet.Span, head);
                    break;
            }
        }
    }

    /// <summary>The statement id that a prepare answers; reads past the definitions that follow.</summary>
    public async ValueTask<uint> ReadPreparedAsync()
    {
        var head = await stream.ReadAsync();
        if (head.Span[0] != 0)
        {
            throw Error(head.Span);
        }

        var statement = BinaryPrimitives.ReadUInt32LittleEndian(head.Span[1..]);
        int columns = BinaryPrimitives.ReadUInt16LittleEndian(head.Span[5..]);
        int parameters = BinaryPrimitives.ReadUInt16LittleEndian(head.Span[7..]);
        foreach (var definitions in new[] { parameters, columns })
        {
            for (var i = definitions > 0 && !deprecateEof ? -1 : 0; i < definitions; i++)
            {
                await stream.ReadAsync();
            }
        }

        return statement;
    }

    /// <summary>What an error packet says.</summary>
    public static ServerError Error(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        reader.Skip(1);
        var code = reader.UInt16();
        if (reader.Peek() == '#')
        {
            reader.Skip(6); // the SQLSTATE
        }

        return new ServerError(code, Encoding.UTF8.GetString(reader.Rest()));
    }

    // The number of columns, or 0 for an OK.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadHeadAsync()
    {
        var head = await stream.ReadAsync();
        return head.Span[0] is 0xFF ? throw Error(head.Span) : head.Span[0];
    }

    private static void AddRow(List<string> values, ReadOnlySpan<byte> row, int columns)
    {
        const byte nullValue = 0xFB;
        var reader = new WireReader(row);
        for (var i = 0; i < columns; i++)
        {
            if (reader.Peek() == nullValue)
            {
                reader.Skip(1);
                values.Add("NULL");
            }
            else
            {
                values.Add(Encoding.UTF8.GetString(reader.LengthEncodedBytes()));
            }
        }
    }

    private static int TextId(ReadOnlySpan<byte> row)
    {
        var id = 0;
        foreach (var digit in row.Slice(1, row[0]))
        {
            id = (id * 10) + (digit - '0');
        }

        return id;
    }

    private static int BinaryId(ReadOnlySpan<byte> row, int columns) =>
        BinaryPrimitives.ReadInt32LittleEndian(row[(1 + ((columns + 9) / 8))..]);

    private static void Check(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new ServerError(ServerError.WrongAnswer, otherwise);
        }
    }
}
