using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Primitives;

namespace Pool.Load;

/// <summary>One connection that asks, waits for the whole answer, and asks again.</summary>
internal sealed class LoadClient : IDisposable
{
    private const int RowsPerQuery = 1000;

    private readonly LoadOptions _options;
    private readonly RunClock _clock;
    private readonly Random _random;
    private readonly PacketStream _stream;
    private readonly ReplyReader _reply;
    private readonly Socket _socket;
    private readonly EndPoint _target;
    private readonly byte[] _packet = new byte[128];
    private uint _statement;

    public LoadClient(LoadOptions options, RunClock clock, int number)
    {
        _options = options;
        _clock = clock;
        _random = new Random(number);
        _target = new IPEndPoint(IPAddress.Parse(options.Host), options.Port);
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (options.Sources > 0)
        {
            _socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + (number % options.Sources))]), 0));
        }

        _stream = new PacketStream(_socket, options.Mode == LoadMode.Rows ? 64 * 1024 : 2 * 1024);
        _reply = new ReplyReader(_stream, options.DeprecateEof);
    }

    /// <summary>Latencies of the queries that began while the clock measured.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>What ended this client early; null if nothing did.</summary>
    public ServerError? Failure { get; private set; }

    private Span<byte> Body => _packet.AsSpan(PacketHeader.Size + 1);

    /// <summary>Connects and logs in; prepares where the mode asks for it; runs one query.</summary>
    public async Task OpenAsync()
    {
        await _socket.ConnectAsync(_target);
        await new Login(_stream, _options).RunAsync();
        if (_options.Mode == LoadMode.Execute)
        {
            await _stream.SendAsync(Prepare());
            _statement = await _reply.ReadPreparedAsync();
        }

        await QueryAsync();
    }

    /// <summary>Runs queries until the clock stops them or one fails. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (!_clock.Stopped)
            {
                var measured = _clock.Measuring;
                var began = Stopwatch.GetTimestamp();
                await QueryAsync();
                if (measured)
                {
                    Latencies.Record((long)Stopwatch.GetElapsedTime(began).TotalMicroseconds);
                }
            }
        }
        catch (ServerError e)
        {
            Failure = e;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IndexOutOfRangeException or ArgumentException)
        {
            Failure = new ServerError(ServerError.ConnectionLost, e.Message);
        }
    }

    public void Dispose() => _stream.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask QueryAsync()
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

    private ReadOnlyMemory<byte> Execute(int id)
    {
        const byte noCursor = 0;
        const byte typeLong = 3;
        var writer = new WireWriter(Body);
        writer.UInt32(_statement);
        writer.Byte(noCursor);
        writer.UInt32(1);
        writer.Byte(0);
        writer.Byte(1);
        writer.UInt16(typeLong);
        writer.UInt32((uint)id);
        return Finish(CommandCode.StmtExecute, writer.Position);
    }

    private ReadOnlyMemory<byte> Finish(CommandCode code, int length)
    {
        new PacketHeader(1 + length, Sequence: 0).Write(_packet);
        _packet[PacketHeader.Size] = (byte)code;
        return _packet.AsMemory(0, PacketHeader.Size + 1 + length);
    }
}
