using System.Text;
using Pool.Wire.Primitives;

namespace Pool.Wire.Handshake;

/// <summary>
/// What a client says about itself: names and values, as a view of the packet that holds them. Checked as a whole when read,
/// so that going through it cannot fail.
/// <see href="https://dev.mysql.com/doc/refman/9.7/en/performance-schema-connection-attribute-tables.html"/>
/// </summary>
public readonly ref struct ConnectionAttributes
{
    /// <summary>The most bytes that all names and values may have together, as with the servers.</summary>
    public const int MaxBytes = 64 * 1024;

    private ConnectionAttributes(ReadOnlySpan<byte> encoded) => Encoded = encoded;

    /// <summary>The length-encoded names and values, without the length before them.</summary>
    public ReadOnlySpan<byte> Encoded { get; }

    /// <summary>
    /// Reads the block with its length. A bad block sets the reader's fault (<see cref="WireFault.TooLarge"/> beyond
    /// <see cref="MaxBytes"/>) and answers nothing.
    /// </summary>
    public static ConnectionAttributes Read(scoped ref WireReader reader)
    {
        var length = reader.LengthEncoded();
        if (length > MaxBytes)
        {
            reader.Fail(WireFault.TooLarge);
        }

        var encoded = reader.Take((int)Math.Min(length, MaxBytes));
        var check = new WireReader(encoded);
        while (!check.AtEnd)
        {
            check.LengthEncodedBytes();
            check.LengthEncodedBytes();
        }

        if (check.Fault == WireFault.None)
        {
            return new ConnectionAttributes(encoded);
        }

        reader.Fail(check.Fault);
        return default;
    }

    /// <summary>Encodes names and values, to be written with <see cref="Of"/>.</summary>
    public static byte[] Encode(IReadOnlyCollection<KeyValuePair<string, string>> attributes)
    {
        var buffer = new byte[attributes.Sum(pair => 18 + Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value))];
        var writer = new WireWriter(buffer);
        foreach (var (key, value) in attributes)
        {
            writer.LengthEncodedBytes(Encoding.UTF8.GetBytes(key));
            writer.LengthEncodedBytes(Encoding.UTF8.GetBytes(value));
        }

        return writer.Written.ToArray();
    }

    /// <summary>A view of what <see cref="Encode"/> made.</summary>
    public static ConnectionAttributes Of(ReadOnlySpan<byte> encoded) => new(encoded);

    /// <summary>Writes the block with its length.</summary>
    public void Write(ref WireWriter writer) => writer.LengthEncodedBytes(Encoded);

    /// <summary>Goes through the attributes in their order.</summary>
    public Enumerator GetEnumerator() => new(Encoded);

    /// <summary>One attribute, as a view.</summary>
    public readonly ref struct Attribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        /// <summary>The name, UTF-8.</summary>
        public ReadOnlySpan<byte> Name { get; } = name;

        /// <summary>The value, UTF-8.</summary>
        public ReadOnlySpan<byte> Value { get; } = value;
    }

    /// <summary>The cursor of a foreach.</summary>
    public ref struct Enumerator
    {
        private WireReader _reader;

        internal Enumerator(ReadOnlySpan<byte> encoded) => _reader = new WireReader(encoded);

        /// <summary>The attribute that <see cref="MoveNext"/> came to.</summary>
        public Attribute Current { get; private set; }

        /// <summary>Goes to the next attribute.</summary>
        public bool MoveNext()
        {
            if (_reader.AtEnd)
            {
                return false;
            }

            Current = new Attribute(_reader.LengthEncodedBytes(), _reader.LengthEncodedBytes());
            return _reader.Fault == WireFault.None;
        }
    }
}
