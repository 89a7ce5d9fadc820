using Pool.Host.Lifecycle;
using Pool.Testing;

namespace Pool.Host.Tests.Lifecycle;

public sealed class ReadinessTests : IDisposable
{
    private readonly Drain _drain = new(new ManualTime());
    private readonly Readiness _readiness;
    private string? _joining;

    public ReadinessTests() => _readiness = new Readiness(_drain, ["b", "a"], () => _joining);

    public void Dispose() => _drain.Dispose();

    [Fact]
    public void It_is_ready_when_every_backend_was_checked()
    {
        Assert.Equal((false, "waiting for backends: a, b"), (_readiness.IsReady, _readiness.Describe()));
        _readiness.BackendChecked("b");
        _readiness.BackendChecked("b");
        _readiness.BackendChecked("unknown");
        Assert.Equal((false, "waiting for backends: a"), (_readiness.IsReady, _readiness.Describe()));
        _readiness.BackendChecked("a");
        Assert.Equal((true, "ready"), (_readiness.IsReady, _readiness.Describe()));
    }

    [Fact]
    public void A_node_that_has_not_joined_its_cluster_is_not_ready()
    {
        _readiness.BackendChecked("a");
        _readiness.BackendChecked("b");
        _joining = "joining cluster prod: the coordination store cannot be reached";
        Assert.Equal((false, _joining), (_readiness.IsReady, _readiness.Describe()));
        _joining = null;
        Assert.Equal((true, "ready"), (_readiness.IsReady, _readiness.Describe()));
    }

    [Fact]
    public void A_node_that_ends_is_not_ready()
    {
        _readiness.BackendChecked("a");
        _readiness.BackendChecked("b");
        _drain.Begin(TimeSpan.FromSeconds(30));
        Assert.Equal((false, "draining"), (_readiness.IsReady, _readiness.Describe()));
        _drain.Stop();
        Assert.Equal((false, "stopped"), (_readiness.IsReady, _readiness.Describe()));
    }
}
