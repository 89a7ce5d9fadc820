using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pool.Wire.Statements;

/// <summary>
/// Finds a word of any case among <see cref="Keyword"/> and <see cref="KnownWords"/>: an open-addressed table over the word's
/// length and its first and last bytes. ORing 0x20 folds case and maps no other two bytes of ASCII words together.
/// </summary>
internal static class Vocabulary
{
    /// <summary>No word of the vocabulary is longer, in bytes.</summary>
    public const int LongestWord = 32;

    private const int Slots = 4096;
    private const ulong Fold8 = 0x2020_2020_2020_2020;

    private static readonly Entry[] Table = Build();

    [Flags]
    private enum Servers : byte
    {
        None = 0,
        MySql = 1,
        MariaDb = 2,
    }

    /// <summary>What is known of <paramref name="word"/>, which is not empty.</summary>
    public static Word Find(ReadOnlySpan<byte> word, LexerMode mode)
    {
        if (word.Length > LongestWord)
        {
            return default;
        }

        var (head, tail) = Ends(word);
        for (var slot = Slot(head, tail, word.Length); ; slot = (slot + 1) & (Slots - 1))
        {
            ref readonly var entry = ref Table[slot];
            if (entry.Text is null)
            {
                return default;
            }

            if (entry.Head == head && entry.Tail == tail && entry.Text.Length == word.Length && MiddleEquals(entry.Text, word))
            {
                var server = (mode & LexerMode.MariaDb) != 0 ? Servers.MariaDb : Servers.MySql;
                return new Word(entry.Keyword, (entry.KnownTo & server) != 0);
            }
        }
    }

    private static bool MiddleEquals(byte[] text, ReadOnlySpan<byte> word)
    {
        for (var i = 8; i < word.Length - 8; i++)
        {
            if (text[i] != (word[i] | 0x20))
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Head, ulong Tail) Ends(ReadOnlySpan<byte> word)
    {
        if (word.Length >= 8)
        {
            var head = BinaryPrimitives.ReadUInt64LittleEndian(word);
            return (head | Fold8, BinaryPrimitives.ReadUInt64LittleEndian(word[^8..]) | Fold8);
        }

        if (word.Length >= 4)
        {
            ulong first = BinaryPrimitives.ReadUInt32LittleEndian(word);
            ulong last = BinaryPrimitives.ReadUInt32LittleEndian(word[^4..]);
            return (first | (last << 32) | Fold8, 0);
        }

        return ((uint)(word[0] | (word[word.Length / 2] << 8) | (word[^1] << 16)) | Fold8, 0);
    }

    private static int Slot(ulong head, ulong tail, int length)
    {
        var mixed = (head ^ BitOperations.RotateLeft(tail, 29) ^ (ulong)length) * 0x9E37_79B9_7F4A_7C15;
        return (int)(mixed >> (64 - 12));
    }

    private static Entry[] Build()
    {
        var table = new Entry[Slots];
        AddAll(table, KnownWords.Both, Servers.MySql | Servers.MariaDb);
        AddAll(table, KnownWords.MySql, Servers.MySql);
        AddAll(table, KnownWords.MariaDb, Servers.MariaDb);
        foreach (var keyword in Enum.GetValues<Keyword>().Where(k => k != Keyword.None))
        {
            ref var entry = ref Add(table, Spelling(keyword));
            entry = entry with { Keyword = keyword };
        }

        return table;
    }

    private static void AddAll(Entry[] table, string words, Servers knownTo)
    {
        foreach (var word in words.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            ref var entry = ref Add(table, word);
            entry = entry with { KnownTo = knownTo };
        }
    }

    private static ref Entry Add(Entry[] table, string word)
    {
        // '_' too is folded by the OR, so the text is kept folded.
        var text = Encoding.ASCII.GetBytes(word).Select(b => (byte)(b | 0x20)).ToArray();
        var (head, tail) = Ends(text);
        var slot = Slot(head, tail, text.Length);
        while (table[slot].Text is { } taken && !taken.AsSpan().SequenceEqual(text))
        {
            slot = (slot + 1) & (Slots - 1);
        }

        ref var entry = ref table[slot];
        entry = entry.Text is null ? new Entry(head, tail, text, Keyword.None, Servers.None) : entry;
        return ref entry;
    }

    private static string Spelling(Keyword keyword) =>
        string.Concat(keyword.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{c}" : $"{c}")).ToLowerInvariant();

    private readonly record struct Entry(ulong Head, ulong Tail, byte[]? Text, Keyword Keyword, Servers KnownTo);
}
