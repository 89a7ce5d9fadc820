using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pool.Host.Configuration;

/// <summary>One option as its property declares it: what binding, reloading, the schema and the documentation share.</summary>
public sealed class ConfigOption
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<ConfigOption>> s_options = new();
    private readonly PropertyInfo _property;

    private ConfigOption(PropertyInfo property)
    {
        _property = property;
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        AllowsNull = new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
        IsRequired = property.IsDefined(typeof(RequiredMemberAttribute));
        RequiredUnless = property.GetCustomAttribute<RequiredUnlessAttribute>()?.Other;
        IsReloadable = property.IsDefined(typeof(ReloadableAttribute));
        IsSecret = property.IsDefined(typeof(SecretAttribute));
        Range = property.GetCustomAttribute<RangeAttribute>();
        Pattern = property.GetCustomAttribute<RegularExpressionAttribute>();
        MinLength = property.GetCustomAttribute<MinLengthAttribute>()?.Length ?? 0;
        EntryType = Type.IsGenericType && Type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? Type.GetGenericArguments()[0] : null;
    }

    /// <summary>The key in the file.</summary>
    public string Name => _property.Name;

    /// <summary>The type of the value, without nullability.</summary>
    public Type Type { get; }

    /// <summary>The type of a list's entries; null if it is not a list.</summary>
    public Type? EntryType { get; }

    /// <summary>True if null may be given.</summary>
    public bool AllowsNull { get; }

    /// <summary>True if there is no default.</summary>
    public bool IsRequired { get; }

    /// <summary>The option that may stand in for this one, which has no default otherwise; null if there is none.</summary>
    public string? RequiredUnless { get; }

    /// <summary>True if a change takes effect at a reload.</summary>
    public bool IsReloadable { get; }

    /// <summary>True if the value is never printed.</summary>
    public bool IsSecret { get; }

    /// <summary>True if a change takes effect at a reload where the option is a key of another one: where a secret is found changes as a whole.</summary>
    public bool IsReloadableIn(ConfigOption? outer) =>
        IsReloadable && (outer is null || outer.IsReloadable || (outer.EntryType ?? outer.Type) != typeof(SecretReference));

    /// <summary>The limits of a number or a duration.</summary>
    public RangeAttribute? Range { get; }

    /// <summary>What a text must look like.</summary>
    public RegularExpressionAttribute? Pattern { get; }

    /// <summary>The fewest entries of a list.</summary>
    public int MinLength { get; }

    /// <summary>True if the type is a section: a record of options.</summary>
    public static bool IsSection(Type type) => type.Namespace == typeof(PoolConfig).Namespace && type.IsClass;

    /// <summary>The options of a section, in the order in which they are declared.</summary>
    public static IReadOnlyList<ConfigOption> Of(Type section) => s_options.GetOrAdd(section, static type =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .OrderBy(property => property.MetadataToken)
            .Select(property => new ConfigOption(property))]);

    /// <summary>The value in a section.</summary>
    public object? Get(object section) => _property.GetValue(section);

    /// <summary>Sets the value; only while the section is being made.</summary>
    internal void Set(object section, object? value) => _property.SetValue(section, value);
}
