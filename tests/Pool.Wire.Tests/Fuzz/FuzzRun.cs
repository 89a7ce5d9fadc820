using System.Diagnostics;
using System.Globalization;

namespace Pool.Wire.Tests.Fuzz;

/// <summary>
/// Feeds a parser inputs that it may not fail on. Every round has its own seed: the one that a failure names, as
/// POOL_TEST_SEED, is the next run's first. With POOL_TEST_LONG=1 each target runs for a minute.
/// </summary>
internal static class FuzzRun
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(1);

    /// <summary>How long one run may be silent before it counts as a hang.</summary>
    private static readonly TimeSpan s_patience = s_long * 5;

    /// <summary>Makes inputs and checks what the parser does with them: no exception, and what the check asserts.</summary>
    public static void Of(int rounds, Func<Random, byte[]> make, Action<byte[], Random> check)
    {
        var given = Environment.GetEnvironmentVariable("POOL_TEST_SEED");
        var seed = given is null ? 1 : int.Parse(given, CultureInfo.InvariantCulture);
        var isLong = Environment.GetEnvironmentVariable("POOL_TEST_LONG") == "1";
        byte[] input = [];
        var run = Task.Run(() =>
        {
            var clock = Stopwatch.StartNew();
            for (var round = 0; isLong ? clock.Elapsed < s_long : round < rounds; round++, seed++)
            {
                var random = new Random(seed);
                input = make(random);
                check(input, random);
            }
        });
        try
        {
            Assert.True(run.Wait(s_patience), "the parser hangs");
        }
        catch (Exception e)
        {
            Assert.Fail($"POOL_TEST_SEED={seed}, input {Convert.ToHexString(input)}: {e}");
        }
    }
}
