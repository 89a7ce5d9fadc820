namespace Pool.Host.Configuration;

/// <summary>The option must be given, if only as null, unless the other one is.</summary>
/// <param name="other">The other option's key.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredUnlessAttribute(string other) : Attribute
{
    /// <summary>The other option's key.</summary>
    public string Other { get; } = other;
}
