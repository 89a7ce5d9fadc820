namespace Pool.Host.Configuration;

/// <summary>
/// The difference between the configuration in use and a new one, and what follows from it: the new one, except that what
/// cannot change while the process runs stays as it is. Pure.
/// </summary>
public sealed class ConfigDifference
{
    private const string Absent = "(absent)";
    private const string Hidden = "(hidden)";
    private readonly List<ConfigChange> _changes = [];

    private ConfigDifference(PoolConfig current, PoolConfig next) => Effective = (PoolConfig)Section(current, next, "");

    /// <summary>The configuration to use from now on.</summary>
    public PoolConfig Effective { get; }

    /// <summary>What differs, also what has to wait for a restart.</summary>
    public IReadOnlyList<ConfigChange> Changes => _changes;

    /// <summary>Compares two valid configurations.</summary>
    public static ConfigDifference Between(PoolConfig current, PoolConfig next) => new(current, next);

    private object Section(object current, object next, string path)
    {
        var effective = Activator.CreateInstance(current.GetType())!;
        foreach (var option in ConfigOption.Of(current.GetType()))
        {
            option.Set(effective, Value(option, option.Get(current), option.Get(next), ConfigPath.Key(path, option.Name)));
        }

        return effective;
    }

    private object? Value(ConfigOption option, object? current, object? next, string path)
    {
        if (option.EntryType is { } entryType && ConfigOption.IsSection(entryType))
        {
            return Entries(option, entryType, Named(current!), Named(next!), path);
        }

        var changesAsAWhole = option.Type == typeof(SecretReference) && !option.IsReloadable;
        if (ConfigOption.IsSection(option.Type) && !changesAsAWhole && current is not null && next is not null)
        {
            return Section(current, next, path);
        }

        var (before, after) = (Text(option, current), Text(option, next));
        if (before == after && (!option.IsSecret || Equals(current, next)))
        {
            return current;
        }

        return Changed(path, before, after, option.IsReloadable) ? next : current;
    }

    private System.Collections.IList Entries(
        ConfigOption option, Type entryType, OrderedDictionary<string, object> current, OrderedDictionary<string, object> next, string path)
    {
        // The order follows whoever decides which entries there are.
        var effective = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(entryType))!;
        foreach (var name in (option.IsReloadable ? next : current).Keys)
        {
            effective.Add((current.GetValueOrDefault(name), next.GetValueOrDefault(name)) switch
            {
                ({ } before, { } after) => Section(before, after, $"{path}[{name}]"),
                (var before, var after) => before ?? after!,
            });
        }

        foreach (var name in current.Keys.Where(name => !next.ContainsKey(name)))
        {
            Changed($"{path}[{name}]", "(present)", Absent, option.IsReloadable);
        }

        foreach (var name in next.Keys.Where(name => !current.ContainsKey(name)))
        {
            Changed($"{path}[{name}]", Absent, "(present)", option.IsReloadable);
        }

        return effective;
    }

    private bool Changed(string path, string before, string after, bool isReloadable)
    {
        _changes.Add(new ConfigChange(path, before, after, isReloadable));
        return isReloadable;
    }

    /// <summary>A list's entries by name, or by number where they have none.</summary>
    private static OrderedDictionary<string, object> Named(object list)
    {
        var named = new OrderedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var (index, entry) in ((System.Collections.IEnumerable)list).Cast<object>().Index())
        {
            var name = ConfigOption.Of(entry.GetType()).FirstOrDefault(o => o.Name == "Name")?.Get(entry) as string;
            named.Add(name ?? ConfigPath.Index(index), entry);
        }

        return named;
    }

    private static string Text(ConfigOption option, object? value) => value switch
    {
        null => Absent,
        _ when option.IsSecret => Hidden,
        _ when option.EntryType is not null => string.Join(", ", ((System.Collections.IEnumerable)value).Cast<object>().Select(ConfigScalar.Format)),
        _ when ConfigOption.IsSection(option.Type) => value.ToString()!,
        _ => ConfigScalar.Format(value),
    };
}
