using System.Text;
using Pool.Live.Tests.Support;
using Pool.Wire.Commands;

namespace Pool.Live.Tests.Prepared;

/// <summary>A client that uses the binary protocol by hand, and writes down all that it is told.</summary>
/// <param name="client">Its connection, to a node or to the server itself.</param>
/// <param name="move">Makes a node give the session another connection for its next statement.</param>
internal sealed class StatementClient(SqlClient client, Func<Task> move)
{
    private const byte Double = 5;
    private const byte Null = 6;
    private const byte LongLong = 8;
    private const byte VarString = 0xFD;

    /// <summary>What it was told, step by step.</summary>
    public List<string> Transcript { get; } = [];

    /// <summary>Runs a statement as text.</summary>
    public async Task QueryAsync(string sql) => Note(sql, await RunAsync(CommandCode.Query, Encoding.UTF8.GetBytes(sql)));

    /// <summary>Prepares a statement and answers its id; 0 if that failed.</summary>
    public async Task<uint> PrepareAsync(string sql)
    {
        var reply = await RunAsync(CommandCode.StmtPrepare, Encoding.UTF8.GetBytes(sql));
        var failed = reply.Summary.ErrorCode != 0;
        Transcript.Add($"prepare {sql}: {(failed ? reply.Told : $"{reply.Summary.ParameterCount} parameters")}");
        return failed ? 0 : reply.Summary.StatementId;
    }

    /// <summary>Executes a statement with parameters: null, long, double or string.</summary>
    public Task ExecuteAsync(uint id, params object?[] parameters) => ExecuteAsync(id, cursor: false, types: true, parameters);

    /// <summary>Executes a statement, with a cursor or without, with the parameters' types or without.</summary>
    public async Task ExecuteAsync(uint id, bool cursor, bool types, params object?[] parameters) =>
        Note($"execute ({string.Join(", ", parameters.Select(p => p is string { Length: > 40 } s ? $"{s.Length} characters" : p))})",
            await RunAsync(CommandCode.StmtExecute, Execute(id, cursor, types, parameters)));

    /// <summary>Executes a statement for several rows of parameters, as MariaDB can.</summary>
    public async Task ExecuteBulkAsync(uint id, bool types, params object?[][] rows)
    {
        const byte TypesFollow = 0x80;
        Note($"execute {rows.Length} rows", await RunAsync(CommandCode.StmtBulkExecute,
        [
            .. BitConverter.GetBytes(id), types ? TypesFollow : (byte)0, 0, .. types ? rows[0].SelectMany(Type) : [],
            .. rows.SelectMany(r => r).SelectMany(v => new byte[] { (byte)(v is null ? 1 : 0) }.Concat(Value(v))),
        ]));
    }

    /// <summary>Sends a part of a parameter.</summary>
    public async Task SendLongDataAsync(uint id, ushort parameter, string part) => await RunAsync(
        CommandCode.StmtSendLongData, [.. BitConverter.GetBytes(id), .. BitConverter.GetBytes(parameter), .. Encoding.UTF8.GetBytes(part)]);

    /// <summary>Fetches rows of a cursor.</summary>
    public async Task FetchAsync(uint id, int rows) =>
        Note($"fetch {rows}", await RunAsync(CommandCode.StmtFetch, [.. BitConverter.GetBytes(id), .. BitConverter.GetBytes(rows)]));

    /// <summary>Resets a statement.</summary>
    public async Task ResetAsync(uint id) => Note("reset", await RunAsync(CommandCode.StmtReset, BitConverter.GetBytes(id)));

    /// <summary>Closes a statement.</summary>
    public async Task CloseAsync(uint id) => await RunAsync(CommandCode.StmtClose, BitConverter.GetBytes(id));

    /// <summary>Resets the connection.</summary>
    public async Task ResetConnectionAsync() => Note("reset connection", await RunAsync(CommandCode.ResetConnection, []));

    private async Task<RawReply> RunAsync(CommandCode command, byte[] arguments)
    {
        await move();
        return await client.RunAsync(command, arguments);
    }

    private void Note(string what, RawReply reply) => Transcript.Add($"{what}: {reply.Told}");

    private static byte[] Execute(uint id, bool cursor, bool types, object?[] parameters)
    {
        var bytes = new List<byte>([.. BitConverter.GetBytes(id), (byte)(cursor ? 1 : 0), 1, 0, 0, 0]);
        if (parameters.Length > 0)
        {
            var nulls = new byte[(parameters.Length + 7) / 8];
            for (var i = 0; i < parameters.Length; i++)
                nulls[i / 8] |= (byte)(parameters[i] is null ? 1 << (i % 8) : 0);
            bytes.AddRange([.. nulls, (byte)(types ? 1 : 0)]);
            if (types)
                bytes.AddRange(parameters.SelectMany(Type));
            bytes.AddRange(parameters.SelectMany(Value));
        }

        return [.. bytes];
    }

    private static byte[] Type(object? parameter) => [parameter switch { null => Null, string => VarString, double => Double, _ => LongLong }, 0];

    private static byte[] Value(object? parameter) => parameter switch
    {
        null => [],
        string text when text.Length < 251 => [(byte)text.Length, .. Encoding.UTF8.GetBytes(text)],
        string text => [0xFE, .. BitConverter.GetBytes((long)text.Length), .. Encoding.UTF8.GetBytes(text)],
        double number => BitConverter.GetBytes(number),
        _ => BitConverter.GetBytes(Convert.ToInt64(parameter, null)),
    };
}
