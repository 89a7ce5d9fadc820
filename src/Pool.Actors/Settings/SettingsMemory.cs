using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Pool.Actors.Settings;

/// <summary>
/// What statements were seen to do and to answer under given settings, so that the ten-thousandth session that sends the same SETs
/// costs the server nothing. Bounded: when it is full it starts anew. Thread-safe, free of locks to read.
/// </summary>
internal sealed class SettingsMemory
{
    /// <summary>The longest text that is remembered, in bytes.</summary>
    public const int MaxTextBytes = 4096;

    /// <summary>The longest answer that is remembered, in bytes, with the warnings that go with it.</summary>
    public const int MaxReplyBytes = 8192;

    /// <summary>The most bytes of texts and answers.</summary>
    public const long MaxBytes = 16 * 1024 * 1024;

    private const int EntryBytes = 200;
    private readonly ConcurrentDictionary<Key, RememberedAnswer> _answers = new(KeyComparer.Instance);
    private long _bytes;

    /// <summary>How many statements are remembered.</summary>
    public int Count => _answers.Count;

    /// <summary>
    /// What is known of a statement: of <paramref name="text"/> in a session with these settings, whose client understands
    /// <paramref name="format"/>. Allocates nothing.
    /// </summary>
    public bool TryFind(FingerprintEntry before, ulong format, ReadOnlySpan<byte> text, [NotNullWhen(true)] out RememberedAnswer? answer) =>
        _answers.GetAlternateLookup<Probe>().TryGetValue(new Probe(before, format, text), out answer);

    /// <summary>Takes note of what a statement did and answered.</summary>
    public void Remember(FingerprintEntry before, ulong format, ReadOnlySpan<byte> text, RememberedAnswer answer)
    {
        var answerBytes = answer.Reply.Length + (answer.Diagnostics?.Cost ?? 0);
        if (text.Length > MaxTextBytes || answerBytes > MaxReplyBytes)
        {
            return;
        }

        var bytes = EntryBytes + text.Length + answerBytes;
        if (Interlocked.Add(ref _bytes, bytes) > MaxBytes)
        {
            _answers.Clear();
            Interlocked.Exchange(ref _bytes, bytes);
        }

        _answers[new Key(before, format, text.ToArray())] = answer;
    }

    private readonly record struct Key(FingerprintEntry Before, ulong Format, byte[] Text);

    private readonly ref struct Probe(FingerprintEntry before, ulong format, ReadOnlySpan<byte> text)
    {
        public FingerprintEntry Before { get; } = before;

        public ulong Format { get; } = format;

        public ReadOnlySpan<byte> Text { get; } = text;
    }

    private sealed class KeyComparer : IEqualityComparer<Key>, IAlternateEqualityComparer<Probe, Key>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals(Key x, Key y) => Equals(new Probe(x.Before, x.Format, x.Text), y);

        public int GetHashCode(Key key) => GetHashCode(new Probe(key.Before, key.Format, key.Text));

        public bool Equals(Probe probe, Key key) =>
            ReferenceEquals(probe.Before, key.Before) && probe.Format == key.Format && probe.Text.SequenceEqual(key.Text);

        public int GetHashCode(Probe probe)
        {
            var hash = default(HashCode);
            hash.Add(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(probe.Before));
            hash.Add(probe.Format);
            hash.AddBytes(probe.Text);
            return hash.ToHashCode();
        }

        public Key Create(Probe probe) => new(probe.Before, probe.Format, probe.Text.ToArray());
    }
}
