using System.Globalization;
using System.Text.Json.Serialization;

namespace Pool.Actors.Cluster.Membership;

/// <summary>
/// One life of a node, from join to leave or loss: a number that no other life in the cluster has. Written in hexadecimal, in JSON as
/// elsewhere: many readers of JSON keep 53 bits of a number.
/// </summary>
[JsonConverter(typeof(IncarnationJson))]
public readonly record struct Incarnation(long Value)
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, out Incarnation incarnation)
    {
        var isNumber = long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value);
        incarnation = new Incarnation(value);
        return isNumber;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x", CultureInfo.InvariantCulture);
}
