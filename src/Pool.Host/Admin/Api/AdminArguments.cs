using System.Globalization;

namespace Pool.Host.Admin.Api;

/// <summary>
/// The arguments of a request, and the parameters in its path, with their types; a value that is not what it must be refuses the request.
/// </summary>
public sealed class AdminArguments(IReadOnlyDictionary<string, string> values)
{
    /// <summary>A text, or null if it was not given.</summary>
    public string? Text(string name) => values.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;

    /// <summary>A text that must be given.</summary>
    public string Required(string name) =>
        Text(name) ?? throw AdminRefusedException.Malformed($"{name} is missing", $"give {name}");

    /// <summary>A whole number within bounds, or null if it was not given.</summary>
    public long? Whole(string name, long least, long most)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw AdminRefusedException.Malformed($"{name} is not a whole number from {least} to {most}", $"give {name} as such a number");
    }

    /// <summary>Yes or no, or null if it was not given.</summary>
    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw AdminRefusedException.Malformed($"{name} is neither true nor false", $"give {name} as true or false"),
    };

    /// <summary>One of some words; the first if it was not given.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> words)
    {
        var text = Text(name) ?? words[0];
        return words.Contains(text)
            ? text
            : throw AdminRefusedException.Malformed($"{name} is none of {string.Join(", ", words)}", $"give {name} as one of them");
    }

    /// <summary>How many items are wanted at most.</summary>
    public int Limit => (int)(Whole("limit", 1, AdminItems.Most) ?? AdminItems.Usual);
}
