using Pool.Actors.Backends;

namespace Pool.Actors.Tests.Backends;

public sealed class KillGateTests
{
    [Fact]
    public void A_kill_enters_only_while_a_statement_of_its_session_runs()
    {
        var gate = new KillGate();
        Assert.False(gate.TryEnter(7));
        gate.Begin(7);
        Assert.False(gate.TryEnter(8));
        Assert.True(gate.TryEnter(7));
        Assert.False(gate.IsQuiet);
        gate.Leave();
        gate.End();
        Assert.False(gate.TryEnter(7));
        Assert.True(gate.IsQuiet);
    }

    [Fact]
    public async Task Who_waits_for_quiet_waits_for_the_last_kill()
    {
        var gate = new KillGate();
        gate.Begin(7);
        Assert.True(gate.TryEnter(7) && gate.TryEnter(7));
        var quiet = gate.WhenQuietAsync().AsTask();
        gate.Leave();
        Assert.False(quiet.IsCompleted);
        gate.Leave();
        await quiet.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_statement_ever_runs_while_a_kill_for_another_is_under_way(int seed)
    {
        const int Rounds = 20_000;
        var gate = new KillGate();
        var (running, wrong, hits) = (0u, 0, 0);
        using var start = new Barrier(2);
        var killer = Task.Run(() =>
        {
            var random = new Random(seed);
            start.SignalAndWait();
            for (var i = 0; i < Rounds; i++)
            {
                var target = (uint)random.Next(1, 3);
                if (gate.TryEnter(target))
                {
                    // The server applies the kill to what it runs now: the target's statement, or none.
                    Thread.SpinWait(random.Next(20));
                    var hit = Volatile.Read(ref running);
                    wrong += hit != 0 && hit != target ? 1 : 0;
                    hits += hit == target ? 1 : 0;
                    gate.Leave();
                }
            }
        });
        var sessions = Task.Run(async () =>
        {
            var random = new Random(seed + 1000);
            start.SignalAndWait();
            for (var i = 0; !killer.IsCompleted; i++)
            {
                var session = (uint)(i % 2) + 1;
                await gate.WhenQuietAsync();
                gate.Begin(session);
                Volatile.Write(ref running, session);
                Thread.SpinWait(random.Next(20));
                Volatile.Write(ref running, 0);
                gate.End();
            }
        });
        await Task.WhenAll(killer, sessions).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.True(wrong == 0, $"seed {seed}: {wrong} wrong victims, {hits} right ones");
    }
}
