using System.Globalization;

namespace Pool.Host.Configuration;

/// <summary>Makes the typed sections from the merged tree, and reports everything in it that breaks a rule.</summary>
internal sealed class ConfigBinder(List<ConfigProblem> problems)
{
    private static readonly string[] s_secretWords = ["pass", "pwd", "secret", "token", "key"];

    /// <summary>Makes a section. Where there were problems it is not fit for use.</summary>
    public object Section(Type type, ConfigNode node, string path)
    {
        var section = Empty(type);
        var options = ConfigOption.Of(type);
        foreach (var (key, child) in node.Children)
        {
            if (options.FirstOrDefault(o => o.Name.Equals(key, StringComparison.OrdinalIgnoreCase)) is { } option)
            {
                option.Set(section, Value(option, child, ConfigPath.Key(path, option.Name)) ?? (option.AllowsNull ? null : option.Get(section)));
            }
            else
            {
                var value = HoldsSecrets(type) || LooksSecret(key) ? null : child.Text;
                problems.Add(new ConfigProblem(ConfigPath.Key(path, key), value, "unknown key; known here: " + Keys(type)));
            }
        }

        problems.AddRange(options
            .Where(o => !Given(node, o.Name) && (o.IsRequired || (o.RequiredUnless is { } other && !Given(node, other))))
            .Select(o => new ConfigProblem(
                ConfigPath.Key(path, o.Name), null, "must be given" + (o.RequiredUnless is { } other ? $" (null for none), or {other}" : ""))));
        return section;
    }

    /// <summary>A section without what must be given, made so that the checks that follow need not fear what could not be read.</summary>
    private static object Empty(Type type)
    {
        var section = Activator.CreateInstance(type)!;
        foreach (var option in ConfigOption.Of(type).Where(o => o.IsRequired && !o.AllowsNull))
        {
            option.Set(section, option switch
            {
                { EntryType: { } entryType } => NewList(entryType),
                { Type: var inner } when ConfigOption.IsSection(inner) => Empty(inner),
                _ => "",
            });
        }

        return section;
    }

    private object? Value(ConfigOption option, ConfigNode node, string path)
    {
        if (option.AllowsNull && (node.IsNull || node.Text?.Length == 0))
        {
            return null;
        }

        return option.EntryType is { } entryType ? List(option, entryType, node, path) : One(option, option.Type, node, path);
    }

    private System.Collections.IList List(ConfigOption option, Type entryType, ConfigNode node, string path)
    {
        var entries = NewList(entryType);
        if (!node.HasChildren || node.Children.Any(c => !int.TryParse(c.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            problems.Add(new ConfigProblem(path, node.Text, "must be a list"));
            return entries;
        }

        foreach (var (key, child) in node.Children.OrderBy(c => int.Parse(c.Key, CultureInfo.InvariantCulture)))
        {
            if (One(option, entryType, child, ConfigPath.Key(path, key)) is { } entry)
            {
                entries.Add(entry);
            }
        }

        if (entries.Count < option.MinLength)
        {
            problems.Add(new ConfigProblem(path, null, $"must have {option.MinLength} or more entries"));
        }

        return entries;
    }

    private object? One(ConfigOption option, Type type, ConfigNode node, string path)
    {
        if (ConfigOption.IsSection(type))
        {
            if (node.HasChildren)
            {
                return Section(type, node, path);
            }

            var value = HoldsSecrets(type) ? null : node.Text;
            problems.Add(new ConfigProblem(path, value, "must be an object with " + Keys(type)));
            return null;
        }

        if (node.Text is { } text && ConfigScalar.TryParse(option, type, text, out var scalar))
        {
            return scalar;
        }

        var given = option.IsSecret ? null : node.Text ?? (node.IsNull ? "null" : null);
        problems.Add(new ConfigProblem(path, given, "must be " + ConfigScalar.Rule(option, type)));
        return null;
    }

    private static string Keys(Type section) => string.Join(", ", ConfigOption.Of(section).Select(o => o.Name));

    private static bool Given(ConfigNode section, string key) =>
        section.Children.Any(c => c.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>A misspelt "Password", or a password where its reference belongs, must not be printed.</summary>
    private static bool HoldsSecrets(Type section) =>
        section == typeof(SecretReference) || ConfigOption.Of(section).Any(o => o.IsSecret || o.Type == typeof(SecretReference));

    private static bool LooksSecret(string key) =>
        s_secretWords.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static System.Collections.IList NewList(Type entryType) =>
        (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(entryType))!;
}
