namespace Pool.Host.Configuration;

/// <summary>The option's value is never printed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
