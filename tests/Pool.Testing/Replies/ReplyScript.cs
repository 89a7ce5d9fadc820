using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Testing.Replies;

/// <summary>A reply that any server could give, drawn at random, to be written in every format; and what it says.</summary>
public sealed class ReplyScript
{
    private const ServerStatus Carried = ServerStatus.InTransaction | ServerStatus.Autocommit | ServerStatus.NoBackslashEscapes;

    private readonly List<Action<ReplyBytes>> _steps = [];
    private readonly Random _random;
    private ReplySummary _expected;
    private ServerStatus _known;

    /// <summary>Draws a reply.</summary>
    public ReplyScript(Random random)
    {
        _random = random;
        _known = StatusBefore = (ServerStatus)random.Next(1 << 10) & Carried;
        Shape = random.Next(12) switch
        {
            0 => ReplyShape.Acknowledgement,
            1 => ReplyShape.Rows,
            2 => ReplyShape.Columns,
            3 => ReplyShape.Text,
            4 or 5 => ReplyShape.Prepare,
            _ => ReplyShape.Results,
        };
        Draw();
    }

    /// <summary>What was asked for.</summary>
    public ReplyShape Shape { get; }

    /// <summary>What is known of the results beforehand.</summary>
    public ResultsAhead Ahead { get; private set; }

    /// <summary>The status flags of the connection before.</summary>
    public ServerStatus StatusBefore { get; }

    /// <summary>What the reply says on a connection with session tracking and without EOFs.</summary>
    public ReplySummary Expected => _expected;

    /// <summary>The database that the reply changed to; null for none.</summary>
    public string? Schema { get; private set; }

    /// <summary>The reply on a connection with these capabilities.</summary>
    public byte[] Bytes(Capabilities capabilities)
    {
        var bytes = new ReplyBytes(capabilities);
        foreach (var step in _steps)
        {
            step(bytes);
        }

        return bytes.ToArray();
    }

    private void Draw()
    {
        switch (Shape)
        {
            case ReplyShape.Acknowledgement:
                DrawEnd(ServerStatus.None, _random.Next(4) == 0 ? (b, f) => b.End(f) : (b, f) => b.Ok(f));
                break;
            case ReplyShape.Rows:
                DrawRows();
                DrawEnd(_random.Next(2) == 0 ? ServerStatus.CursorExists : ServerStatus.LastRowSent, (b, f) => b.End(f));
                break;
            case ReplyShape.Columns:
                var names = Names(_random.Next(5));
                _steps.Add(b => b.Columns(names));
                DrawEnd(ServerStatus.None, (b, f) => b.End(f));
                break;
            case ReplyShape.Text:
                _steps.Add(b => b.Packet("Uptime: 7  Threads: 1"u8));
                break;
            case ReplyShape.Prepare:
                DrawPrepare();
                break;
            default:
                DrawResults();
                break;
        }
    }

    private void DrawResults()
    {
        var more = _random.Next(3) == 0 ? _random.Next(1, 20) : 0;
        for (; more >= 0; more--)
        {
            var status = more > 0 ? ServerStatus.MoreResults : ServerStatus.None;
            switch (_random.Next(8))
            {
                case 0 or 1:
                    DrawEnd(status, (b, f) => b.Ok(f), (ulong)_random.Next(100_000));
                    _expected.IsResultSet = false;
                    break;
                case 2 when more == 0:
                    Ahead = new ResultsAhead { OpensCursor = true };
                    DrawColumns(closed: false);
                    DrawEnd(ServerStatus.CursorExists, (b, f) => b.End(f));
                    break;
                case 3 when more == 0:
                    DrawError();
                    break;
                default:
                    DrawColumns(closed: true);
                    DrawRows();
                    if (more == 0 && _random.Next(6) == 0)
                    {
                        DrawError();
                    }
                    else
                    {
                        DrawEnd(status, (b, f) => b.End(f));
                    }

                    break;
            }
        }
    }

    private void DrawPrepare()
    {
        if (_random.Next(5) == 0)
        {
            DrawError();
            return;
        }

        var (parameters, columns) = (Names(_random.Next(4)), Names(_random.Next(4)));
        var (id, warnings, status) = ((uint)_random.Next(), (ushort)_random.Next(3), _known);
        _steps.Add(b => b.PrepareOk(id, columns.Length, parameters.Length, warnings));
        foreach (var group in new[] { parameters, columns }.Where(group => group.Length > 0))
        {
            _steps.Add(b => b.Columns(group).DefinitionsEnd(status, warnings));
        }

        (_expected.StatementId, _expected.ParameterCount, _expected.Warnings) = (id, (ushort)parameters.Length, warnings);
        _expected.HadWarnings |= warnings > 0;
    }

    private void DrawColumns(bool closed)
    {
        var names = Names(_random.Next(1, 6));
        var status = _known;
        _steps.Add(b => b.ColumnCount(names.Length).Columns(names));
        if (closed)
        {
            _steps.Add(b => b.DefinitionsEnd(status));
        }

        (_expected.IsResultSet, _expected.Rows) = (true, 0);
    }

    private void DrawRows()
    {
        var count = _random.Next(6) == 0 ? _random.Next(200) : _random.Next(4);
        for (var i = 0; i < count; i++)
        {
            var length = _random.Next(40) == 0 ? _random.Next(40_000) : _random.Next(30);
            var text = new string('r', length);
            Action<ReplyBytes> row = _random.Next(3) switch
            {
                0 => b => b.TextRow(null, text),
                1 => b => b.BinaryRow(length, null),
                _ => b => b.TextRow(text),
            };
            _steps.Add(row);
        }

        _expected.Rows += (ulong)count;
    }

    private void DrawError()
    {
        var code = (ushort)_random.Next(1, ushort.MaxValue);
        var message = new string('e', _random.Next(80));
        _steps.Add(b => b.Err(code, message));
        _expected.ErrorCode = code;
    }

    private void DrawEnd(ServerStatus extra, Action<ReplyBytes, OkFields> write, ulong affected = 0)
    {
        var fields = new OkFields(
            ((ServerStatus)_random.Next(1 << 10) & Carried) | extra,
            affected,
            affected == 0 ? 0 : (ulong)_random.NextInt64() >> _random.Next(64),
            (ushort)_random.Next(3),
            affected == 0 ? "" : new string('i', _random.Next(60)),
            _random.Next(3) == 0 ? DrawChanges() : null);
        _steps.Add(b => write(b, fields));
        _known = fields.Status & Carried;
        _expected.Status = fields.Changes is null ? fields.Status : fields.Status | ServerStatus.SessionStateChanged;
        _expected.HasStatus = true;
        _expected.HadResultSet |= _expected.IsResultSet;
        _expected.Warnings = fields.Warnings;
        _expected.HadWarnings |= fields.Warnings > 0;
        _expected.AffectedRows = affected;
        _expected.LastInsertId = fields.InsertId == 0 ? _expected.LastInsertId : fields.InsertId;
    }

    private byte[] DrawChanges()
    {
        var changes = new List<byte>();
        var (schema, something) = (false, false);
        for (var count = _random.Next(1, 4); count > 0; count--)
        {
            switch (_random.Next(5))
            {
                case 0:
                    var length = _random.Next(30) == 0 ? 30_000 : _random.Next(300);
                    changes.AddRange(StateChange.Variable("sql_mode", new string('v', length)));
                    _expected.VariableChanged = true;
                    break;
                case 1:
                    Schema = "db" + _random.Next(100);
                    changes.AddRange(StateChange.Schema(Schema));
                    schema = true;
                    break;
                case 2:
                    changes.AddRange(StateChange.Something());
                    something = true;
                    break;
                case 3:
                    changes.AddRange(StateChange.Gtids("3E11FA47-71CA-11E1-9E33-C80AA9429562:23"));
                    break;
                default:
                    changes.AddRange(StateChange.Transaction("T_______"));
                    changes.AddRange(StateChange.Characteristics("START TRANSACTION;"));
                    break;
            }
        }

        _expected.StateChanged |= something && !schema;
        return [.. changes];
    }

    private string[] Names(int count) => [.. Enumerable.Range(0, count).Select(i => new string('c', _random.Next(1, 40)))];
}
