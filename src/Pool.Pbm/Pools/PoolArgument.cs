using System.CommandLine;

namespace Pool.Pbm.Pools;

/// <summary>The pool that a command is about.</summary>
internal static class PoolArgument
{
    /// <summary>The argument.</summary>
    public static Argument<string> Make() => new("pool") { Description = "The pool, by the name of its backend." };

    /// <summary>Where the admin port has it.</summary>
    public static string PathOf(string pool, string action = "") => $"/v1/pools/{Uri.EscapeDataString(pool)}{(action.Length == 0 ? "" : $"/{action}")}";
}
