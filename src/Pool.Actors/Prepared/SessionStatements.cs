using System.Diagnostics.CodeAnalysis;
using Pool.Actors.Sessions;

namespace Pool.Actors.Prepared;

/// <summary>
/// A session's prepared statements, and what of them ties it to a connection. Made with its first statement; belongs to the
/// session's flow of control.
/// </summary>
internal sealed class SessionStatements
{
    // MariaDB: the statement that was prepared last.
    private const uint LastId = uint.MaxValue;
    private const PinReasons Own = PinReasons.PreparedStatements | PinReasons.LongData | PinReasons.Cursor;

    private readonly Dictionary<uint, SessionStatement> _statements = [];
    private uint _lastId;
    private int _unshared;
    private int _longData;
    private int _cursors;

    /// <summary>How many are open.</summary>
    public int Count => _statements.Count;

    /// <summary>The id of the next one. Used up also by a prepare that fails, as at the servers.</summary>
    public uint NextId() => ++_lastId;

    /// <summary>Adds a statement; its text is held by it from now on.</summary>
    public void Add(SessionStatement statement)
    {
        _statements[statement.Id] = statement;
        _unshared += statement.Text is null ? 1 : 0;
    }

    /// <summary>The statement of an id.</summary>
    /// <param name="id">As the client says it.</param>
    /// <param name="knowsLast">The server knows an id for the statement that was prepared last.</param>
    /// <param name="statement">The statement.</param>
    public bool TryFind(uint id, bool knowsLast, [NotNullWhen(true)] out SessionStatement? statement) =>
        _statements.TryGetValue(knowsLast && id == LastId ? _lastId : id, out statement);

    /// <summary>Forgets a statement.</summary>
    public void Remove(SessionStatement statement, PreparedTexts texts)
    {
        if (_statements.Remove(statement.Id))
        {
            NoteLongData(statement, false);
            NoteCursor(statement, false);
            _unshared -= statement.Text is null ? 1 : 0;
            if (statement.Text is { } text)
            {
                texts.LetGo(text);
            }
        }
    }

    /// <summary>Forgets all statements.</summary>
    public void Clear(PreparedTexts texts)
    {
        foreach (var statement in _statements.Values.ToList())
        {
            Remove(statement, texts);
        }
    }

    /// <summary>Takes note that parts of parameters wait on the connection, or do not any more.</summary>
    public void NoteLongData(SessionStatement statement, bool waits)
    {
        _longData += (waits ? 1 : 0) - (statement.HasLongData ? 1 : 0);
        statement.HasLongData = waits;
        statement.IsMisfed &= waits;
    }

    /// <summary>Takes note that a statement has an open cursor, or has none any more.</summary>
    public void NoteCursor(SessionStatement statement, bool isOpen)
    {
        _cursors += (isOpen ? 1 : 0) - (statement.HasCursor ? 1 : 0);
        statement.HasCursor = isOpen;
    }

    /// <summary>The reasons to keep the connection, those that come from prepared statements brought up to date.</summary>
    public PinReasons Update(PinReasons pins) => (pins & ~Own)
        | (_unshared > 0 ? PinReasons.PreparedStatements : PinReasons.None)
        | (_longData > 0 ? PinReasons.LongData : PinReasons.None)
        | (_cursors > 0 ? PinReasons.Cursor : PinReasons.None);
}
