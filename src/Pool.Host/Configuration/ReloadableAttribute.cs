namespace Pool.Host.Configuration;

/// <summary>
/// The option takes effect at a reload; without it, at the next start. On a list: entries may come and go at a reload; what of
/// an entry that stays may change is said by its own properties.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ReloadableAttribute : Attribute;
