namespace Pool.Wire.Tests.Fuzz;

/// <summary>Bytes that are almost right.</summary>
internal static class Mutation
{
    private static readonly byte[] s_telling = [0x00, 0x01, 0x23, 0x27, 0x7F, 0x80, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF];

    /// <summary>Sometimes the bytes as they are, sometimes noise, mostly the bytes with a few changes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bytes, Random random)
    {
        var result = new List<byte>(bytes.Length + 16);
        result.AddRange(bytes);
        if (random.Next(12) == 0)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        for (var changes = random.Next(5); changes > 0 && result.Count > 0; changes--)
        {
            Change(result, random);
        }

        return [.. result];
    }

    private static void Change(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(7))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes[at] = s_telling[random.Next(s_telling.Length)];
                break;
            case 2:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 3:
                bytes.Insert(at, s_telling[random.Next(s_telling.Length)]);
                break;
            case 4:
                bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 6)));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                bytes.InsertRange(at, bytes.Slice(at, Math.Min(bytes.Count - at, random.Next(1, 12))));
                break;
        }
    }
}
