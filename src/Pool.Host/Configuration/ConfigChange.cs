namespace Pool.Host.Configuration;

/// <summary>An option that differs between two configurations.</summary>
/// <param name="Path">Which one; entries that have names are called by them: <c>Backends[main].MaxConnections</c>.</param>
/// <param name="Before">The old value as the file has it; "(hidden)" for a secret.</param>
/// <param name="After">The new value.</param>
/// <param name="IsReloadable">True if it takes effect at a reload.</param>
public sealed record ConfigChange(string Path, string Before, string After, bool IsReloadable)
{
    /// <summary>One line, without secrets.</summary>
    public override string ToString() => $"{Path}: {Before} -> {After}";
}
