using Pool.Actors.Sessions.Login;
using Pool.Testing;

namespace Pool.Actors.Tests.Login;

public sealed class LoginThrottleTests
{
    private readonly ManualTime _time = new();
    private readonly LoginThrottle _throttle;

    public LoginThrottleTests() => _throttle = new LoginThrottle(_time);

    [Fact]
    public void The_first_failures_cost_nothing_and_each_further_one_twice_the_last_up_to_a_limit()
    {
        var waits = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            var wait = _throttle.Enter("u", "a");
            waits.Add(wait.TotalMilliseconds);
            _time.Advance(wait);
            _throttle.Failed("u", "a");
        }

        Assert.Equal([0, 0, 0, 250, 500, 1000, 2000, 4000, 4000, 4000], waits);
    }

    [Fact]
    public void Attempts_at_the_same_time_wait_one_behind_the_other()
    {
        Fail("u", LoginThrottle.FreeFailures);

        Assert.Equal([250, 500, 750], Enumerable.Range(0, 3).Select(_ => _throttle.Enter("u", "a").TotalMilliseconds));
    }

    [Fact]
    public void Time_that_has_passed_counts()
    {
        Fail("u", LoginThrottle.FreeFailures);
        _time.Advance(TimeSpan.FromMilliseconds(200));

        Assert.Equal(50, _throttle.Enter("u", "a").TotalMilliseconds);
    }

    [Fact]
    public void Others_do_not_wait()
    {
        Fail("u", 10);

        Assert.Equal(TimeSpan.Zero, _throttle.Enter("u", "b"));
        Assert.Equal(TimeSpan.Zero, _throttle.Enter("v", "a"));
    }

    [Fact]
    public void A_success_clears_the_record()
    {
        Fail("u", 10);
        _throttle.Succeeded("u", "a");

        Assert.Equal(TimeSpan.Zero, _throttle.Enter("u", "a"));
        Assert.Equal(0, _throttle.Count);
    }

    [Fact]
    public void Quiet_clears_the_record()
    {
        Fail("u", 10);
        _time.Advance(LoginThrottle.Memory + TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.Zero, _throttle.Enter("u", "a"));
        Assert.Equal(0, _throttle.Count);
    }

    [Fact]
    public void Memory_is_bounded_and_the_oldest_failure_goes_first()
    {
        Fail("first", 10);
        Fail("second", 10);
        for (var i = 0; i < LoginThrottle.Capacity - 1; i++)
        {
            _throttle.Failed($"user {i}", "a");
        }

        Assert.Equal(LoginThrottle.Capacity, _throttle.Count);
        Assert.Equal(TimeSpan.Zero, _throttle.Enter("first", "a"));
        Assert.NotEqual(TimeSpan.Zero, _throttle.Enter("second", "a"));
    }

    [Fact]
    public void Long_names_share_a_record_rather_than_fill_the_memory()
    {
        for (var i = 0; i < 10; i++)
        {
            _throttle.Failed(new string('x', 1000) + i, "a");
        }

        Assert.Equal(1, _throttle.Count);
    }

    [Fact]
    public async Task A_throttled_login_waits_before_its_password_is_looked_at()
    {
        var context = LoginFixture.Context(LoginFixture.Credential("known")) with { Throttle = _throttle, Time = _time };
        for (var i = 0; i < LoginThrottle.FreeFailures; i++)
        {
            _ = await LoginFixture.MeetAsync(context, LoginFixture.Options("known", "wrong"));
        }

        var meeting = LoginFixture.MeetAsync(context, LoginFixture.Options("known", LoginFixture.Password));
        await WaitForTimerAsync(meeting);
        Assert.False(meeting.IsCompleted);
        _time.Advance(LoginThrottle.FirstDelay);

        Assert.Equal(LoginFailure.None, (await meeting).Client.Failure);
        Assert.Equal(0, _throttle.Count);
    }

    [Fact]
    public async Task Leaving_at_the_sight_of_failure_counts_as_a_failure()
    {
        var context = LoginFixture.Context(LoginFixture.Credential("verifier")) with { Throttle = _throttle };
        using var client = new RawClient(context);
        await client.GreetAsync();
        await client.RespondAsync("verifier", Wire.Auth.AuthMethod.CachingSha2Password, new byte[32]);
        Assert.Equal([1, 4], await client.ReadAsync());
        client.Pipe.Abort();

        Assert.Equal(LoginFailure.ClientLeft, (await client.ResultAsync()).Failure);
        Assert.Equal(1, _throttle.Count);
    }

    private void Fail(string user, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _throttle.Failed(user, "a");
        }
    }

    private async Task WaitForTimerAsync(Task meeting)
    {
        while (_time.ArmedTimers == 0 && !meeting.IsCompleted)
        {
            await Task.Yield();
        }
    }
}
