using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Pool.Pbm.Cli;

/// <summary>Numbers on the command line; what is none is refused in an operator's words, not in those of .NET.</summary>
internal static class Numbers
{
    /// <summary>An option that is a whole number, which the node may refuse; null if it is not given.</summary>
    public static Option<long?> Option(string name, long least = long.MinValue) =>
        new(name) { CustomParser = result => Whole(result, name, least) };

    /// <summary>An option that is a whole number from 0 on, and something else than 0 if it is not given.</summary>
    public static Option<long> Option(string name, long least, long otherwise) =>
        new(name) { CustomParser = result => Whole(result, name, least) ?? 0, DefaultValueFactory = _ => otherwise };

    /// <summary>An argument that is a whole number, which the node may refuse.</summary>
    public static Argument<long> Argument(string name) => new(name) { CustomParser = result => Whole(result, name, long.MinValue) ?? 0 };

    /// <summary>An option that is a number within bounds.</summary>
    public static Option<double> Option(string name, double least, double most, double otherwise) => new(name)
    {
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }

            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is a number from {least} to {most}, and not '{result.Tokens[0].Value}'"));
            return otherwise;
        },
        DefaultValueFactory = _ => otherwise,
    };

    private static long? Whole(ArgumentResult result, string name, long least)
    {
        if (long.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least)
        {
            return number;
        }

        result.AddError($"{name} is a whole number{(least == long.MinValue ? "" : $" from {least} on")}, and not '{result.Tokens[0].Value}'");
        return null;
    }
}
