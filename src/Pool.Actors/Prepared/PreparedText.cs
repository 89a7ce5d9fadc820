using Pool.Actors.Backends.StoredCode;
using Pool.Actors.Relay;
using Pool.Wire.Statements;

namespace Pool.Actors.Prepared;

/// <summary>
/// The text of a statement that sessions have prepared, as a server reads it under one <see cref="ParseKey"/>. Kept once by
/// <see cref="PreparedTexts"/> however many sessions and connections refer to it. Immutable, but for what is remembered of its uses.
/// </summary>
/// <param name="text">The text, in the character set of the key.</param>
/// <param name="key">What it was prepared under.</param>
/// <param name="mode">How it is read under the key.</param>
/// <param name="facts">What the text itself tells.</param>
/// <param name="parameters">How many parameters it has.</param>
internal sealed class PreparedText(byte[] text, ParseKey key, LexerMode mode, StatementFacts facts, int parameters) : IEquatable<PreparedText>
{
    // The fields of this and of its place in the tables.
    private const int EntryBytes = 200;
    private readonly int _hash = HashOf(text, key);
    private BoundTypes? _types;
    private Judgement? _judgement;

    /// <summary>The text.</summary>
    public ReadOnlySpan<byte> Text => text;

    /// <summary>What it was prepared under.</summary>
    public ParseKey Key => key;

    /// <summary>How it is read under the key.</summary>
    public LexerMode Mode => mode;

    /// <summary>How many parameters it has.</summary>
    public int ParameterCount => parameters;

    /// <summary>About what it costs to keep, in bytes.</summary>
    public int Cost => text.Length + EntryBytes;

    /// <summary>How often it is held; the table's.</summary>
    public int References { get; set; }

    /// <summary>
    /// Parameter types as an object that is kept: all who bind the same types share one. Allocates only for types that were not the
    /// last ones seen. For any thread.
    /// </summary>
    public BoundTypes Types(ReadOnlySpan<byte> types)
    {
        if (Volatile.Read(ref _types) is { } known && types.SequenceEqual(known.Bytes))
        {
            return known;
        }

        var added = new BoundTypes(types);
        Volatile.Write(ref _types, added);
        return added;
    }

    /// <summary>What the statement is, with what is known of stored code now. Allocates once for each new catalogue. For any thread.</summary>
    public StatementFacts FactsUnder(StoredCodeCatalogue? stored)
    {
        if (Volatile.Read(ref _judgement) is { } known && ReferenceEquals(known.Stored, stored))
        {
            return known.Facts;
        }

        var judgement = new Judgement(stored, StoredCodeRule.Apply(facts, text, mode, key.Database, stored));
        Volatile.Write(ref _judgement, judgement);
        return judgement.Facts;
    }

    /// <inheritdoc/>
    public bool Equals(PreparedText? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && key.Equals(other.Key) && Text.SequenceEqual(other.Text));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PreparedText);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    private static int HashOf(byte[] text, ParseKey key)
    {
        var hash = default(HashCode);
        hash.AddBytes(text);
        hash.Add(key);
        return hash.ToHashCode();
    }

    private sealed record Judgement(StoredCodeCatalogue? Stored, StatementFacts Facts);
}
