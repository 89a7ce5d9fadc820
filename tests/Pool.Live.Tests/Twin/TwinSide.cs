using System.Text;
using Pool.Wire.Commands;

namespace Pool.Live.Tests.Twin;

/// <summary>One of the two connections of a client: the direct one, or the one through the pool.</summary>
/// <param name="port">Where it connects.</param>
/// <param name="identity">As whom.</param>
/// <param name="ignored">Variables that are not compared.</param>
internal sealed class TwinSide(int port, WireIdentity identity, IReadOnlySet<string> ignored) : IAsyncDisposable
{
    private readonly Dictionary<int, Statement> _slots = [];
    private WireClient? _client;

    /// <summary>Runs a command; null if there is nothing to do.</summary>
    public async Task<WireReply?> RunAsync(TwinCommand command)
    {
        if (_client is null && await ConnectAsync() is { } failure)
            return failure;
        switch (command)
        {
            case TwinCommand.Query query:
                return await _client!.QueryAsync(query.Sql);
            case TwinCommand.Plain plain:
                if (plain.Code == CommandCode.ResetConnection)
                    _slots.Clear();
                return await _client!.RunAsync(plain.Code, plain.Arguments);
            case TwinCommand.Dump:
                return Comparable(await _client!.QueryAsync("SHOW SESSION VARIABLES"));
            case TwinCommand.Prepare prepare:
                return await PrepareAsync(prepare);
            case TwinCommand.Execute execute:
                return _slots.TryGetValue(execute.Slot, out var statement) && statement.Parameters == execute.Parameters.Length
                    ? await _client!.RunAsync(CommandCode.StmtExecute, statement.Execution(execute)) : null;
            case TwinCommand.OfSlot about:
                return await AboutAsync(about);
            default:
                await DisposeAsync();
                return await ConnectAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _slots.Clear();
        if (_client is not null)
            await _client.DisposeAsync();
        _client = null;
    }

    // A new connection of MariaDB still has the FOUND_ROWS() of some other one.
    private async Task<WireReply?> ConnectAsync()
    {
        try
        {
            _client = await WireClient.ConnectAsync(port, identity);
            await _client.QueryAsync("SELECT 1");
            return null;
        }
        catch (InvalidOperationException e)
        {
            return new WireReply([new WirePacket(WireRole.Lost, Encoding.UTF8.GetBytes(e.Message))]);
        }
    }

    private async Task<WireReply> PrepareAsync(TwinCommand.Prepare prepare)
    {
        if (_slots.Remove(prepare.Slot, out var former))
            await _client!.RunAsync(CommandCode.StmtClose, BitConverter.GetBytes(former.Id));
        var reply = await _client!.RunAsync(CommandCode.StmtPrepare, Encoding.UTF8.GetBytes(prepare.Sql));
        if (reply.ErrorCode == 0 && !reply.IsLost)
            _slots[prepare.Slot] = new Statement(_client.PreparedId, _client.PreparedParameters);
        return reply;
    }

    private async Task<WireReply?> AboutAsync(TwinCommand.OfSlot about)
    {
        if (!_slots.TryGetValue(about.Slot, out var statement))
            return null;
        if (about.Code == CommandCode.StmtClose)
            _slots.Remove(about.Slot);
        return await _client!.RunAsync(about.Code, [.. BitConverter.GetBytes(statement.Id), .. about.Arguments]);
    }

    // The result may be in a character set with more than one byte for a letter.
    private WireReply Comparable(WireReply reply) => new(
        [.. reply.Packets.Where(p => p.Role != WireRole.Row || !ignored.Contains(NameIn(p.Payload)))]);

    private static string NameIn(byte[] row)
    {
        var name = new Wire.Primitives.WireReader(row).LengthEncodedBytes();
        return Encoding.Latin1.GetString(name).Replace("\0", "", StringComparison.Ordinal);
    }

    private sealed class Statement(uint id, int parameters)
    {
        private ushort[]? _types;

        public uint Id => id;

        public int Parameters => parameters;

        public byte[] Execution(TwinCommand.Execute execute)
        {
            const byte ReadOnlyCursor = 1;
            var payload = new List<byte>([.. BitConverter.GetBytes(id), execute.WithCursor ? ReadOnlyCursor : (byte)0, 1, 0, 0, 0]);
            if (parameters == 0)
                return [.. payload];
            var nulls = new byte[(parameters + 7) / 8];
            for (var i = 0; i < parameters; i++)
                nulls[i / 8] |= (byte)((execute.Parameters[i].Value is null ? 1 : 0) << (i % 8));
            payload.AddRange(nulls);
            // Without types the server takes those of the last execution.
            var types = execute.Parameters.Select(p => p.Type).ToArray();
            var withTypes = execute.WithTypes || _types is null || !_types.SequenceEqual(types);
            _types = types;
            payload.Add(withTypes ? (byte)1 : (byte)0);
            if (withTypes)
                payload.AddRange(types.SelectMany(BitConverter.GetBytes));
            payload.AddRange(execute.Parameters.SelectMany(p => p.Value ?? []));
            return [.. payload];
        }
    }
}
