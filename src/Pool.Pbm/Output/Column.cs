using System.Globalization;
using System.Text.Json;

namespace Pool.Pbm.Output;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Cell">The text of an item's cell.</param>
internal sealed record Column(string Title, Func<JsonElement, string> Cell)
{
    /// <summary>Numbers stand at the right.</summary>
    public bool IsNumber { get; init; }

    /// <summary>A live view leaves it out where the screen is too narrow for all.</summary>
    public bool IsMinor { get; init; }

    /// <summary>A property as it is.</summary>
    public static Column Text(string title, string property) => new(title, item => item.Text(property) ?? "");

    /// <summary>A word in lower case.</summary>
    public static Column Word(string title, string property) => new(title, item => item.Text(property)?.ToLowerInvariant() ?? "");

    /// <summary>A release: its number, and the beginning of what tells one build from another.</summary>
    public static Column Release(string title, string property) => new(title, item =>
        item.Text(property) is not { } release ? "" : release.IndexOf('+', StringComparison.Ordinal) is >= 0 and var plus && release.Length > plus + 9 ? release[..(plus + 9)] : release);

    /// <summary>A whole number.</summary>
    public static Column Whole(string title, string property) => new(title, item => item.Text(property) ?? "") { IsNumber = true };

    /// <summary>A number of seconds.</summary>
    public static Column Seconds(string title, string property) =>
        new(title, item => item.Number(property) is { } seconds ? Duration.Format(TimeSpan.FromSeconds(seconds)) : "") { IsNumber = true };

    /// <summary>The time since a moment.</summary>
    public static Column Since(string title, string property, TimeProvider time) => new(title, item =>
        DateTimeOffset.TryParse(item.Text(property), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? Duration.Format(time.GetUtcNow() - moment) : "") { IsNumber = true };

    /// <summary>A number of bytes, in MiB.</summary>
    public static Column Mebibytes(string title, string property) =>
        new(title, item => item.Number(property) is { } bytes ? (bytes / (1 << 20)).ToString("0", CultureInfo.InvariantCulture) : "") { IsNumber = true };
}
