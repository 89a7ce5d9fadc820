using System.Globalization;

namespace Pool.Pbm.Api;

/// <summary>A parameter of a request; without a value it is not sent.</summary>
internal readonly record struct Parameter(string Name, string? Value)
{
    /// <summary>A number.</summary>
    public Parameter(string name, long? value)
        : this(name, value?.ToString(CultureInfo.InvariantCulture))
    {
    }
}
