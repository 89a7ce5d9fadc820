namespace Pool.Host.Admin.Api;

/// <summary>What an operator asks for, whatever carried it: HTTP, or another node that asks on an operator's behalf.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Path">The path, from /v1 on, without a query.</param>
/// <param name="Arguments">The query's, and those of a POST's body: names and values as texts.</param>
public sealed record AdminRequest(string Method, string Path, IReadOnlyDictionary<string, string> Arguments);
