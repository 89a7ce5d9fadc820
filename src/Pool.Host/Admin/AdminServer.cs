using System.Net;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pool.Host.Admin.Api;
using Pool.Host.Lifecycle;

namespace Pool.Host.Admin;

/// <summary>
/// The HTTP port for operators, probes and Prometheus: GET /healthz, /readyz, /metrics, and behind the token /sessions, /pools and
/// all below /v1, see <see cref="AdminFront"/>. Runs on the thread pool, apart from what moves clients' bytes.
/// </summary>
public sealed class AdminServer : IAsyncDisposable
{
    private readonly WebApplication _web;

    /// <summary>Makes the server; it listens from <see cref="StartAsync"/> on.</summary>
    /// <param name="endPoint">Where to listen; port 0 lets the system choose.</param>
    /// <param name="access">Who may see sessions and pools.</param>
    /// <param name="readiness">What /readyz says.</param>
    /// <param name="metrics">What /metrics shows.</param>
    /// <param name="inspector">What /sessions and /pools show.</param>
    /// <param name="front">What answers below /v1.</param>
    public AdminServer(
        IPEndPoint endPoint, AdminAccess access, Readiness readiness, MetricsPage metrics, INodeInspector inspector, AdminFront front)
    {
        // An empty builder: no configuration, no logging and no environment but our own.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoSignals>());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http1);
            Limit(kestrel);
        });
        _web = builder.Build();
        _web.UseRouting();
        Map(access, readiness, metrics, inspector);
        _web.Map("/v1/{**path}", Protected(access, context => AdminHttp.AnswerAsync(context, front), front.Metrics));
    }

    /// <summary>Where it listens; once it has started.</summary>
    public Uri Address => new(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Begins to listen. Throws <see cref="IOException"/> if the port is taken.</summary>
    public Task StartAsync(CancellationToken cancel) => _web.StartAsync(cancel);

    /// <summary>Ends what is under way, and frees the port.</summary>
    public async ValueTask DisposeAsync()
    {
        using var noPatience = new CancellationTokenSource();
        await noPatience.CancelAsync().ConfigureAwait(false);
        await _web.StopAsync(noPatience.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 64;
        kestrel.Limits.MaxRequestBodySize = AdminHttp.MaxBodyBytes;
        kestrel.Limits.MaxRequestBufferSize = 16 << 10;
        kestrel.Limits.MaxRequestHeaderCount = 32;
        kestrel.Limits.MaxRequestHeadersTotalSize = 8 << 10;
        kestrel.Limits.MaxRequestLineSize = 1 << 10;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
    }

    private void Map(AdminAccess access, Readiness readiness, MetricsPage metrics, INodeInspector inspector)
    {
        _web.MapGet("/healthz", (RequestDelegate)(context => context.Response.WriteAsync("ok\n")));
        _web.MapGet("/readyz", (RequestDelegate)(context =>
        {
            context.Response.StatusCode = readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync(readiness.Describe() + "\n");
        }));
        _web.MapGet("/metrics", (RequestDelegate)(context =>
        {
            context.Response.ContentType = PrometheusWriter.ContentType;
            return context.Response.WriteAsync(metrics.Render());
        }));
        _web.MapGet("/sessions", Protected(access, context =>
            Write(context, inspector.Sessions(), AdminJson.Default.IEnumerableSessionView)));
        _web.MapGet("/pools", Protected(access, context =>
            Write(context, inspector.Pools(), AdminJson.Default.IEnumerablePoolView)));
    }

    private static Task Write<T>(HttpContext context, T views, JsonTypeInfo<T> shape) =>
        context.Response.WriteAsJsonAsync(views, shape, cancellationToken: context.RequestAborted);

    private static RequestDelegate Protected(AdminAccess access, RequestDelegate next, AdminMetrics? requests = null) => context =>
    {
        if (access.Allows(context.Request.Headers.Authorization))
        {
            return next(context);
        }

        requests?.CountUnauthorized(context.Request.Method);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    };

    /// <summary>Keeps the web host from taking over the signals, which are the process's.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
