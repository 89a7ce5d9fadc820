using Pool.Actors.Runtime;

namespace Pool.Actors.Sessions;

/// <summary>
/// The live sessions of this node by their ids. Ids are given in ascending order from a random start, so that one that was just
/// freed is not soon given again, and a stale KILL hits nobody. Looking up is free of locks; adding and removing take one.
/// </summary>
public sealed class SessionTable
{
    // Fewer than there are ids, so that one that is free is soon found.
    private const int MostSessions = 4_000_000;
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;
    private readonly Session?[]?[] _chunks = new Session?[]?[1 << (SessionId.LocalBits - ChunkBits)];
    private readonly int[] _used = new int[1 << (SessionId.LocalBits - ChunkBits)];
    private readonly Lock _changing = new();
    private volatile int _slot;
    private uint _next;
    private int _count;

    /// <summary>An empty table.</summary>
    /// <param name="slot">The node's slot, 1-511; 0 while it is not known, when no id may be asked for.</param>
    /// <param name="random">Draws where ids start.</param>
    public SessionTable(int slot, Random random)
    {
        _slot = slot;
        _next = (uint)random.Next((int)SessionId.MaxLocal);
    }

    /// <summary>
    /// The slot in the ids of new sessions. The sessions that are there keep the ids that their clients were told, and are still found by
    /// them; no two of them have the same local number, whichever their slots.
    /// </summary>
    public int Slot
    {
        get => _slot;
        set => _slot = value;
    }

    /// <summary>How many sessions are in the table.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>An id that no live session has. It is not reserved: ids come round again after four million.</summary>
    public SessionId NextId()
    {
        lock (_changing)
        {
            do
            {
                _next = (_next + 1) & SessionId.MaxLocal;
            }
            while (_next == 0 || Find(_next) is not null);

            return SessionId.From(_slot, _next);
        }
    }

    /// <summary>The session with this id, or null. Any thread.</summary>
    public Session? Find(SessionId id) => Find(id.Local) is { } session && session.Id == id ? session : null;

    /// <summary>Adds a session; false if its listener may have no more, or there are too many of all listeners together.</summary>
    public bool TryAdd(Session session)
    {
        var local = session.Id.Local;
        lock (_changing)
        {
            if (_count >= MostSessions || !session.Listener.TryEnter())
            {
                return false;
            }

            var chunk = _chunks[local >> ChunkBits] ??= new Session?[ChunkSize];
            Volatile.Write(ref chunk[local & (ChunkSize - 1)], session);
            _used[local >> ChunkBits]++;
            _count++;
            return true;
        }
    }

    /// <summary>Removes a session that was added.</summary>
    public void Remove(Session session)
    {
        var local = session.Id.Local;
        lock (_changing)
        {
            var index = local >> ChunkBits;
            Volatile.Write(ref _chunks[index]![local & (ChunkSize - 1)], null);
            _count--;
            session.Listener.Leave();
            if (--_used[index] == 0)
            {
                Volatile.Write(ref _chunks[index], null);
            }
        }
    }

    /// <summary>The sessions, one after the other; those that come or go meanwhile may be missed or seen.</summary>
    public IEnumerable<Session> All()
    {
        for (var i = 0; i < _chunks.Length; i++)
        {
            var chunk = Volatile.Read(ref _chunks[i]);
            for (var j = 0; chunk is not null && j < chunk.Length; j++)
            {
                if (Volatile.Read(ref chunk[j]) is { } session)
                {
                    yield return session;
                }
            }
        }
    }

    private Session? Find(uint local)
    {
        var chunk = Volatile.Read(ref _chunks[local >> ChunkBits]);
        return chunk is null ? null : Volatile.Read(ref chunk[local & (ChunkSize - 1)]);
    }
}
