using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// The connections of a pool in fixed slots, an ownership word for each, and for each fingerprint a bitmap of its idle slots.
/// <para>
/// Bits are changed by a slot's owner only: set before the word says idle, cleared after the word was claimed. So an idle slot's
/// bit is always set, a set bit without an idle word is somebody on the way, and the word alone decides. Lowest slot first, so
/// that the tail falls idle. Thread-safe, free of locks; nothing is linked, so nothing can be torn.
/// </para>
/// </summary>
internal sealed class SlotTable(int capacity)
{
    private readonly long[] _words = new long[capacity];
    private readonly PooledConnection?[] _connections = new PooledConnection?[capacity];
    private readonly long[] _expiries = new long[capacity];
    private readonly ulong[]?[] _idle = new ulong[]?[FingerprintTable.Capacity];
    private int _used;

    public int Capacity => capacity;

    /// <summary>All slots from here on have never been used.</summary>
    public int Used => Volatile.Read(ref _used);

    /// <summary>True if any slot is idle.</summary>
    public bool HasIdle
    {
        get
        {
            for (var slot = Used - 1; slot >= 0; slot--)
            {
                if (this[slot].State == SlotState.Idle)
                {
                    return true;
                }
            }

            return false;
        }
    }

    public SlotWord this[int slot] => new(Volatile.Read(ref _words[slot]));

    /// <summary>How many slots are in a state.</summary>
    public int Count(SlotState wanted)
    {
        var count = 0;
        for (var slot = 0; slot < Used; slot++)
        {
            count += this[slot].State == wanted ? 1 : 0;
        }

        return count;
    }

    /// <summary>How many connections have a permit that was revoked.</summary>
    public int CountRevoked()
    {
        var count = 0;
        for (var slot = 0; slot < Used; slot++)
        {
            count += At(slot)?.Permit is { IsRevoked: true } ? 1 : 0;
        }

        return count;
    }

    /// <summary>The connection in a slot. Only a hint unless the caller owns the slot.</summary>
    public PooledConnection? At(int slot) => Volatile.Read(ref _connections[slot]);

    /// <summary>The coarse millisecond after which the connection in a slot is too old.</summary>
    public long ExpiryOf(int slot) => Volatile.Read(ref _expiries[slot]);

    /// <summary>Free to connecting: the lowest free slot, or -1.</summary>
    public int TryReserve()
    {
        for (var slot = 0; slot < capacity; slot++)
        {
            var word = this[slot];
            if (word.State == SlotState.Free && TrySwap(slot, word, word.To(SlotState.Connecting)))
            {
                int used;
                while ((used = Used) <= slot && Interlocked.CompareExchange(ref _used, slot + 1, used) != used)
                {
                }

                return slot;
            }
        }

        return -1;
    }

    /// <summary>Connecting to leased: the connection has arrived, and the caller owns it.</summary>
    public void Open(int slot, PooledConnection connection, long expiry)
    {
        connection.Slot = slot;
        Volatile.Write(ref _connections[slot], connection);
        Volatile.Write(ref _expiries[slot], expiry);
        Move(slot, SlotState.Connecting, this[slot].To(SlotState.Leased));
    }

    /// <summary>Idle to leased: the lowest idle slot with a fingerprint.</summary>
    public bool TryTake(Fingerprint fingerprint, [NotNullWhen(true)] out PooledConnection? connection, out SlotWord word)
    {
        var bits = Volatile.Read(ref _idle[fingerprint.Index]) ?? [];
        for (var i = 0; i < bits.Length; i++)
        {
            for (var left = Volatile.Read(ref bits[i]); left != 0; left &= left - 1)
            {
                var slot = (i << 6) + BitOperations.TrailingZeroCount(left);
                word = this[slot];
                if (word.Fingerprint == fingerprint && TryTake(slot, word, out connection))
                {
                    return true;
                }
            }
        }

        (connection, word) = (null, default);
        return false;
    }

    /// <summary>
    /// Idle to leased: one connection, if it is idle with a fingerprint. It may have been closed long ago: the word is read
    /// before the slot's content, and any change since then makes the swap fail.
    /// </summary>
    public bool TryTake(PooledConnection wanted, Fingerprint fingerprint, out SlotWord word)
    {
        var slot = wanted.Slot;
        if ((uint)slot >= (uint)capacity)
        {
            word = default;
            return false;
        }

        word = this[slot];
        return word.Fingerprint == fingerprint && ReferenceEquals(At(slot), wanted) && TryTake(slot, word, out _);
    }

    /// <summary>Idle to leased: a slot, if its word is still the one that the caller saw.</summary>
    public bool TryTake(int slot, SlotWord seen, [NotNullWhen(true)] out PooledConnection? connection)
    {
        if (seen.State != SlotState.Idle || !TrySwap(slot, seen, seen.To(SlotState.Leased)))
        {
            connection = null;
            return false;
        }

        Interlocked.And(ref _idle[seen.Fingerprint.Index]![slot >> 6], ~(1UL << slot));
        connection = _connections[slot]!;
        return true;
    }

    /// <summary>Leased to idle. A full fence: what the caller reads next is as new as the word.</summary>
    public void Put(PooledConnection connection, uint since)
    {
        var slot = connection.Slot;
        var fingerprint = connection.Fingerprint;
        Interlocked.Or(ref BitmapOf(fingerprint)[slot >> 6], 1UL << slot);
        Move(slot, SlotState.Leased, this[slot].ToIdle(fingerprint, since));
    }

    /// <summary>Throws unless a connection is leased: it was given back twice.</summary>
    public void RequireLeased(PooledConnection connection)
    {
        var slot = connection.Slot;
        if (this[slot].State != SlotState.Leased || !ReferenceEquals(At(slot), connection))
        {
            throw new InvalidOperationException($"the connection of slot {slot} was given back twice");
        }
    }

    /// <summary>Leased to closing.</summary>
    public void BeginClose(PooledConnection connection) =>
        Move(connection.Slot, SlotState.Leased, this[connection.Slot].To(SlotState.Closing));

    /// <summary>Connecting or closing to free.</summary>
    public void Free(int slot, SlotState from)
    {
        Volatile.Write(ref _connections[slot], null);
        Move(slot, from, this[slot].To(SlotState.Free));
    }

    private ulong[] BitmapOf(Fingerprint fingerprint)
    {
        ref var bitmap = ref _idle[fingerprint.Index];
        return Volatile.Read(ref bitmap)
            ?? Interlocked.CompareExchange(ref bitmap, new ulong[(capacity + 63) / 64], null)
            ?? bitmap!;
    }

    private bool TrySwap(int slot, SlotWord from, SlotWord to) =>
        Interlocked.CompareExchange(ref _words[slot], to.Bits, from.Bits) == from.Bits;

    /// <summary>A move by the slot's owner; nobody else may have touched the word.</summary>
    private void Move(int slot, SlotState from, SlotWord to)
    {
        var word = this[slot];
        if (word.State != from || !TrySwap(slot, word, to))
        {
            throw new InvalidOperationException($"slot {slot} is {word.State}, not {from}: it was given back twice");
        }
    }
}
