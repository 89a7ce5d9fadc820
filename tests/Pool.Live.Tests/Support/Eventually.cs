using System.Diagnostics;

namespace Pool.Live.Tests.Support;

/// <summary>Waits for what another process does in its own time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until it is true; fails with these words when that takes far too long.</summary>
    public static Task TrueAsync(Func<bool> condition, string failure) => TrueAsync(() => Task.FromResult(condition()), () => failure);

    /// <summary>As the other, for what is asked elsewhere.</summary>
    public static Task TrueAsync(Func<Task<bool>> condition, Func<string> failure) => TrueAsync(condition, () => Task.FromResult(failure()), s_patience);

    /// <summary>As the others, with another idea of what is far too long, and words that are found out when they are needed.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<Task<string>> failure, TimeSpan patience)
    {
        for (var waited = Stopwatch.StartNew(); !await condition(); await Task.Delay(s_pause))
        {
            if (waited.Elapsed > patience)
                Assert.Fail(await failure());
        }
    }
}
