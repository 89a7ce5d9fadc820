using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends.StoredCode;
using Pool.Testing;
using Pool.Wire.Statements;

namespace Pool.Actors.Tests.Backends.StoredCode;

public sealed class StoredCodeWatchTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);
    private readonly StoredCodeServer _server = new();
    private readonly ManualTime _time = new();
    private readonly StoredCodeWatch _watch;

    public StoredCodeWatchTests()
    {
        _server.Procedure("p", "SELECT 1", stamp: "1");
        _watch = new StoredCodeWatch("main", _server.Reader(), _time, NullLogger.Instance);
    }

    private bool IsHarmless => _watch.Current.Of("CALL p()"u8, LexerMode.None, "app").IsHarmless;

    [Fact]
    public async Task Nothing_is_known_before_the_first_look()
    {
        Assert.Equal((false, true), (IsHarmless, _watch.IsOutdated));
        await _watch.RefreshAsync();
        Assert.Equal((true, false), (IsHarmless, _watch.IsOutdated));
    }

    [Fact]
    public async Task What_others_change_is_seen_at_the_next_look()
    {
        using var stop = new CancellationTokenSource();
        var run = _watch.RunAsync(s_interval, stop.Token);
        Assert.True(IsHarmless);
        _server.Procedure("p", "SET @x = 1", stamp: "2");
        _time.Advance(s_interval / 2);
        Assert.True(IsHarmless);
        await NextLookAsync();
        Assert.False(IsHarmless);
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_definition_that_passed_is_looked_at_once_by_all_who_ask()
    {
        await _watch.RefreshAsync();
        _server.Procedure("p", "SET @x = 1", stamp: "2");
        _watch.NoteDefinition();
        var gate = new TaskCompletionSource();
        _server.Listing = () => gate.Task;
        var waits = Enumerable.Range(0, 5).Select(_ => _watch.RefreshAsync().AsTask()).ToArray();
        Assert.True(_watch.IsOutdated);
        gate.SetResult();
        await Task.WhenAll(waits);
        Assert.Equal((false, false), (IsHarmless, _watch.IsOutdated));
        Assert.Equal(2, _server.ListsRead);
        await _watch.RefreshAsync();
        Assert.Equal(2, _server.ListsRead);
    }

    [Fact]
    public async Task A_definition_during_a_look_needs_another()
    {
        _server.Listing = () =>
        {
            _watch.NoteDefinition();
            _server.Listing = () => Task.CompletedTask;
            return Task.CompletedTask;
        };
        await _watch.RefreshAsync();
        Assert.True(_watch.IsOutdated);
    }

    [Fact]
    public async Task Some_failed_looks_are_borne_and_then_nothing_is_known()
    {
        using var stop = new CancellationTokenSource();
        var run = _watch.RunAsync(s_interval, stop.Token);
        _server.ListError = -1;
        for (var looks = 0; looks < 3; looks++)
        {
            await NextLookAsync();
            Assert.True(IsHarmless);
        }

        await NextLookAsync();
        Assert.False(IsHarmless);
        _server.ListError = 0;
        await NextLookAsync();
        Assert.True(IsHarmless);
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_failed_look_after_a_definition_leaves_nothing_known()
    {
        await _watch.RefreshAsync();
        _server.ListError = 1227;
        _watch.NoteDefinition();
        await _watch.RefreshAsync();
        Assert.Equal((false, false), (IsHarmless, _watch.IsOutdated));
    }

    private async Task NextLookAsync()
    {
        var (looks, patience) = (_server.ListsRead, TimeSpan.FromSeconds(30));
        Assert.True(SpinWait.SpinUntil(() => _time.ArmedTimers == 1, patience), "it does not rest");
        _time.Advance(s_interval);
        Assert.True(SpinWait.SpinUntil(() => _server.ListsRead > looks, patience), "it does not look");

        // One look at a time: when this comes back, that one is over.
        await _watch.RefreshAsync();
    }
}
