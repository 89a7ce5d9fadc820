using System.Text.Json.Nodes;

namespace Pool.Host.Admin.Api;

/// <summary>The answer to an <see cref="AdminRequest"/>.</summary>
/// <param name="Status">As HTTP has it: 200, or what kind of error the body describes.</param>
/// <param name="Body">What was found or done; of an error: error, detail and remedy.</param>
public sealed record AdminReply(int Status, JsonObject Body)
{
    /// <summary>True if it does not describe an error.</summary>
    public bool IsSuccess => Status < 400;
}
