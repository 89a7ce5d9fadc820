using Pool.Pbm.Api;

namespace Pool.Pbm.Cli;

/// <summary>Waits for what nodes do in their own time.</summary>
internal static class Waiting
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Asks again and again until nothing is left, or the patience is over; answers what was said last.</summary>
    public static async Task<AdminAnswer> UntilAsync(
        TimeProvider time, TimeSpan patience, AdminAnswer first, Func<AdminAnswer, double> left, Func<Task<AdminAnswer>> ask, CancellationToken cancel)
    {
        var (latest, started) = (first, time.GetTimestamp());
        while (left(latest) > 0 && time.GetElapsedTime(started) < patience)
        {
            await Task.Delay(s_pause, time, cancel);
            latest = await ask();
        }

        return latest;
    }
}
