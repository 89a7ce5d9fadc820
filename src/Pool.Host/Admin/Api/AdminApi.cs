using System.Text.Json.Nodes;

namespace Pool.Host.Admin.Api;

/// <summary>What one node answers to operators, about itself alone; see <see cref="AdminFront"/> for the whole cluster. Thread-safe.</summary>
public sealed class AdminApi(string node, IEnumerable<AdminRoute> routes)
{
    /// <summary>An argument of every request: the member that it is about.</summary>
    public const string Node = "node";

    private readonly AdminRoute[] _routes = [.. routes];

    /// <summary>The route of a request, and the request's arguments; throws <see cref="AdminRefusedException"/> if it cannot be served.</summary>
    public (AdminRoute Route, AdminArguments Arguments) Find(AdminRequest request)
    {
        AdminRoute? other = null;
        foreach (var route in _routes)
        {
            if (route.Match(request.Path) is not { } values)
            {
                continue;
            }

            if (route.Method != request.Method)
            {
                other = route;
                continue;
            }

            foreach (var (name, value) in request.Arguments)
            {
                if ((name != Node && !route.Arguments.Contains(name)) || !values.TryAdd(name, value))
                {
                    throw AdminRefusedException.Malformed(
                        $"{request.Path} has no argument {Shortened(name)}", $"known are: {string.Join(", ", route.Arguments.Append(Node))}");
                }
            }

            return (route, new AdminArguments(values));
        }

        throw other is null
            ? AdminRefusedException.NotFound($"there is no {Shortened(request.Path)}", "docs/operations.md lists what can be asked for")
            : AdminRefusedException.WrongMethod($"{request.Path} is not for {Shortened(request.Method)}", $"use {other.Method}");
    }

    /// <summary>
    /// Answers for this node: "items", each with the node's name, and "hasMore". Throws <see cref="AdminRefusedException"/> if the request
    /// cannot be served.
    /// </summary>
    public async ValueTask<AdminReply> AnswerAsync(AdminRequest request, CancellationToken cancel)
    {
        var (route, arguments) = Find(request);
        var found = await route.Answer(arguments, cancel);
        foreach (var item in found.Items)
        {
            item.Insert(0, Node, node);
        }

        return new AdminReply(200, new JsonObject { ["items"] = new JsonArray([.. found.Items]), ["hasMore"] = found.HasMore });
    }

    private static string Shortened(string text) => text.Length > 100 ? text[..100] + "..." : text;
}
