using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pool.Host.Admin.Api;

/// <summary>
/// Operators' requests by HTTP. A POST's body is a JSON object of texts, numbers, true and false, and says that it is
/// application/json: a page in somebody's browser cannot send that to another origin without asking first, which is not answered.
/// </summary>
internal static class AdminHttp
{
    /// <summary>The largest body, in bytes.</summary>
    public const int MaxBodyBytes = 16 << 10;

    /// <summary>Answers one request.</summary>
    public static async Task AnswerAsync(HttpContext context, AdminFront front)
    {
        AdminReply reply;
        try
        {
            reply = await front.AnswerAsync(await ReadAsync(context.Request), context.RequestAborted);
        }
        catch (AdminRefusedException refused)
        {
            reply = refused.Reply;
            front.Metrics.Count(context.Request.Method, reply);
        }

        context.Response.StatusCode = reply.Status;
        await context.Response.WriteAsJsonAsync(reply.Body, AdminJson.Default.JsonObject, cancellationToken: context.RequestAborted);
    }

    private static async Task<AdminRequest> ReadAsync(HttpRequest request)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in request.Query)
        {
            Add(arguments, name, value.Count == 1 ? value[0] : null);
        }

        if (HttpMethods.IsPost(request.Method))
        {
            foreach (var (name, value) in await ReadBodyAsync(request))
            {
                Add(arguments, name, value);
            }
        }

        return new AdminRequest(request.Method, request.Path, arguments);
    }

    private static async Task<IEnumerable<(string Name, string? Value)>> ReadBodyAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            throw AdminRefusedException.Malformed("the body does not say that it is application/json", "send Content-Type: application/json, and {} if there is nothing to say");
        }

        try
        {
            var body = await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted) as JsonObject
                ?? throw AdminRefusedException.Malformed("the body is no JSON object", "send an object with the arguments, or {}");

            // A name that comes twice, and half a surrogate pair, are noticed only as they are read.
            return [.. body.Select(argument => (argument.Key, Text(argument.Value)))];
        }
        catch (Exception e) when (e is JsonException or BadHttpRequestException or ArgumentException or InvalidOperationException)
        {
            throw AdminRefusedException.Malformed("the body is no JSON, or too large", $"send a JSON object of {MaxBodyBytes} bytes at most");
        }
    }

    private static string? Text(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => (string?)value,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.ToJsonString(),
        _ => null,
    };

    private static void Add(Dictionary<string, string> arguments, string name, string? value)
    {
        if (value is null || !arguments.TryAdd(name, value))
        {
            throw AdminRefusedException.Malformed("an argument is given twice, or is neither a text, a number, true nor false", "give each argument once");
        }
    }
}
