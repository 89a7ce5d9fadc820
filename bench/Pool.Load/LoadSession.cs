using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Load;

/// <summary>
/// One connection: opened as its kind does, then asked for rows. Methods throw <see cref="ServerError"/> when an answer is an
/// error or not the one due, and <see cref="SocketException"/>.
/// </summary>
internal sealed class LoadSession : IDisposable
{
    private const int RowsPerQuery = 1000;

    private readonly LoadOptions _options;
    private readonly ClientKind _kind;
    private readonly Random _random;
    private readonly Socket _socket;
    private readonly PacketStream _stream;
    private readonly ReplyReader _reply;
    private readonly byte[] _packet = new byte[128];
    private uint _statement;

    /// <summary>The <paramref name="number"/> chooses the source address, where the options want several.</summary>
    public LoadSession(LoadOptions options, ClientKind kind, Random random, int number)
    {
        _options = options;
        _kind = kind;
        _random = random;
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (options.Sources > 0)
        {
            _socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + (number % options.Sources))]), 0));
        }

        _stream = new PacketStream(_socket, options.Mode == LoadMode.Rows ? 64 * 1024 : 2 * 1024);
        _reply = new ReplyReader(_stream, kind.Capabilities.HasFlag(Capabilities.DeprecateEof));
    }

    private Span<byte> Body => _packet.AsSpan(PacketHeader.Size + 1);

    /// <summary>Connects, logs in, and runs the start-up statements of its kind; prepares where the mode asks for it.</summary>
    public async Task OpenAsync(int port)
    {
        await _socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(_options.Host), port));
        await new Login(_stream, _options, _kind).RunAsync();
        await SayAsync(_kind.Statements);
        if (_options.Mode == LoadMode.Execute)
        {
            await _stream.SendAsync(Prepare());
            _statement = await _reply.ReadPreparedAsync();
        }
    }

    /// <summary>Asks for rows as the mode says, and reads them.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask QueryAsync()
    {
        var rows = _options.Mode == LoadMode.Rows ? Math.Min(RowsPerQuery, _options.TableRows) : 1;
        var id = _random.Next(1, _options.TableRows - rows + 2);
        await _stream.SendAsync(_options.Mode switch
        {
            LoadMode.Execute => Execute(id),
            LoadMode.Rows => Select(id, id + rows - 1),
            _ => Select(id),
        });
        await _reply.ReadRowsAsync(rows, id, binary: _options.Mode == LoadMode.Execute);
    }

    /// <summary>Makes sure that the session still has the state of its kind.</summary>
    public async Task CheckAsync()
    {
        if (_kind.Check is not null)
        {
            await _stream.SendAsync(_kind.Check);
            _kind.Agree(string.Join('\n', await _reply.ReadTextAsync()));
        }
    }

    /// <summary>The values of a text query's rows, one after another.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(string query)
    {
        await _stream.SendAsync(ClientKind.Packet(CommandCode.Query, query));
        return await _reply.ReadTextAsync();
    }

    /// <summary>
    /// Says what its kind says at the end, then goodbye, and waits for the server to close: whoever closes first keeps the port for a minute, and the server's is
    /// only one.
    /// </summary>
    public async Task QuitAsync()
    {
        await SayAsync(_kind.Farewell);
        await _stream.SendAsync(Finish(CommandCode.Quit, length: 0));
        await _stream.ReadEndAsync();
    }

    public void Dispose() => _stream.Dispose();

    private async Task SayAsync(IReadOnlyList<KindStatement> statements)
    {
        foreach (var statement in statements)
        {
            await _stream.SendAsync(statement.Packet);
            if (statement.Prepared)
            {
                await ExecuteOnceAsync(await _reply.ReadPreparedAsync());
            }
            else
            {
                await _reply.ReadTextAsync();
            }
        }
    }

    private ReadOnlyMemory<byte> Select(int id)
    {
        Utf8.TryWrite(Body, $"SELECT id, k, c FROM sbtest1 WHERE id = {id}", out var length);
        return Finish(CommandCode.Query, length);
    }

    private ReadOnlyMemory<byte> Select(int first, int last)
    {
        Utf8.TryWrite(Body, $"SELECT id, k, c FROM sbtest1 WHERE id BETWEEN {first} AND {last}", out var length);
        return Finish(CommandCode.Query, length);
    }

    private ReadOnlyMemory<byte> Prepare()
    {
        Utf8.TryWrite(Body, $"SELECT id, k, c FROM sbtest1 WHERE id = ?", out var length);
        return Finish(CommandCode.StmtPrepare, length);
    }

    // A statement without parameters and without rows.
    private async Task ExecuteOnceAsync(uint statement)
    {
        await _stream.SendAsync(Finish(CommandCode.StmtExecute, WriteExecute(statement).Position));
        await _reply.ReadTextAsync();
        BinaryPrimitives.WriteUInt32LittleEndian(Body, statement);
        await _stream.SendAsync(Finish(CommandCode.StmtClose, sizeof(uint)));
    }

    private ReadOnlyMemory<byte> Execute(int id)
    {
        const byte typeLong = 3;
        var writer = WriteExecute(_statement);
        writer.Byte(0);
        writer.Byte(1);
        writer.UInt16(typeLong);
        writer.UInt32((uint)id);
        return Finish(CommandCode.StmtExecute, writer.Position);
    }

    private WireWriter WriteExecute(uint statement)
    {
        const byte noCursor = 0;
        var writer = new WireWriter(Body);
        writer.UInt32(statement);
        writer.Byte(noCursor);
        writer.UInt32(1);
        return writer;
    }

    private ReadOnlyMemory<byte> Finish(CommandCode code, int length)
    {
        new PacketHeader(1 + length, Sequence: 0).Write(_packet);
        _packet[PacketHeader.Size] = (byte)code;
        return _packet.AsMemory(0, PacketHeader.Size + 1 + length);
    }
}
