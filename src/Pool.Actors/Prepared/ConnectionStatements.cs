using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Pool.Wire.Commands;

namespace Pool.Actors.Prepared;

/// <summary>
/// The statements that are prepared on one connection, found by their texts, the least recently used given up first. Those that
/// were given up are closed together with the next thing that is sent. Belongs to whoever owns the connection.
/// </summary>
internal sealed class ConnectionStatements(PreparedTexts texts)
{
    private readonly Dictionary<PreparedText, ConnectionStatement> _statements = [];
    private readonly ArrayBufferWriter<byte> _closes = new();
    private ConnectionStatement? _newest;
    private ConnectionStatement? _oldest;

    /// <summary>How many can be found.</summary>
    public int Count => _statements.Count;

    /// <summary>The commands that close what was given up; whoever sends them calls <see cref="ClosesSent"/>.</summary>
    public ReadOnlySpan<byte> Closes => _closes.WrittenSpan;

    /// <summary>The closing commands are on their way.</summary>
    public void ClosesSent() => _closes.ResetWrittenCount();

    /// <summary>Finds a session's statement here. Allocates nothing.</summary>
    public bool TryFind(SessionStatement statement, [NotNullWhen(true)] out ConnectionStatement? found)
    {
        found = statement.Last is { IsOpen: true } last && last.Owner == this ? last : null;
        if (found is null && (statement.Text is null || !_statements.TryGetValue(statement.Text, out found)))
        {
            return false;
        }

        if (found.User is not null && found.User != statement)
        {
            return false;
        }

        statement.Last = found;
        if (found.IsListed && found != _newest)
        {
            Unlink(found);
            Link(found);
        }

        return true;
    }

    /// <summary>Adds a statement that was prepared; answers how many others had to go.</summary>
    /// <param name="text">Its text, which the caller holds; null if others are not to find it.</param>
    /// <param name="id">The server's id.</param>
    /// <param name="capacity">How many there may be.</param>
    /// <param name="added">The statement.</param>
    public int Add(PreparedText? text, uint id, int capacity, out ConnectionStatement added)
    {
        added = new ConnectionStatement(this, id, text);
        if (text is null)
        {
            return 0;
        }

        if (_statements.TryGetValue(text, out var same))
        {
            Unlist(same);
            if (same.User is null)
            {
                Close(same);
            }
        }

        texts.Hold(text);
        _statements[text] = added;
        added.IsListed = true;
        Link(added);
        return Evict(capacity);
    }

    /// <summary>Gives a statement up.</summary>
    public void Close(ConnectionStatement statement)
    {
        if (!statement.IsOpen)
        {
            return;
        }

        CommandPackets.StmtClose(_closes, statement.Id);
        Forget(statement);
    }

    /// <summary>Gives up all statements that nobody needs here and now.</summary>
    public void CloseAll() => Evict(0);

    /// <summary>The server has dropped all statements.</summary>
    public void Clear()
    {
        while (_oldest is { } statement)
        {
            Forget(statement);
        }

        _closes.ResetWrittenCount();
    }

    private int Evict(int capacity)
    {
        var evicted = 0;
        for (var next = _oldest; next is not null && _statements.Count > capacity;)
        {
            var candidate = next;
            next = next.Newer;
            if (candidate.User is null && (candidate != _newest || capacity == 0))
            {
                Close(candidate);
                evicted++;
            }
        }

        return evicted;
    }

    private void Forget(ConnectionStatement statement)
    {
        statement.IsOpen = false;
        if (statement.IsListed)
        {
            Unlist(statement);
        }
    }

    private void Unlist(ConnectionStatement statement)
    {
        statement.IsListed = false;
        _statements.Remove(statement.Text!);
        Unlink(statement);
        texts.LetGo(statement.Text!);
    }

    private void Link(ConnectionStatement statement)
    {
        statement.Older = _newest;
        if (_newest is not null)
        {
            _newest.Newer = statement;
        }

        _newest = statement;
        _oldest ??= statement;
    }

    private void Unlink(ConnectionStatement statement)
    {
        if (statement.Older is not null)
        {
            statement.Older.Newer = statement.Newer;
        }
        else
        {
            _oldest = statement.Newer;
        }

        if (statement.Newer is not null)
        {
            statement.Newer.Older = statement.Older;
        }
        else
        {
            _newest = statement.Older;
        }

        statement.Older = statement.Newer = null;
    }
}
