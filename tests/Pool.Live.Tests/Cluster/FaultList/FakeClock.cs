using System.Globalization;

namespace Pool.Live.Tests.Cluster.FaultList;

/// <summary>
/// A wall clock that jumps when a test says so, under a process that is preloaded with libfaketime. The monotonic clock goes on as it does
/// when somebody sets a machine's time.
/// </summary>
internal sealed class FakeClock : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    /// <summary>A clock that is right.</summary>
    public FakeClock() => Jump(TimeSpan.Zero);

    /// <summary>What a process has to be started with.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment =>
    [
        // The loader knows what $LIB is.
        new("LD_PRELOAD", "/usr/$LIB/faketime/libfaketimeMT.so.1"),
        new("FAKETIME_TIMESTAMP_FILE", _file),
        new("FAKETIME_CACHE_DURATION", "1"),
        new("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];

    /// <summary>From the next second on it is wrong by so much.</summary>
    public void Jump(TimeSpan error) =>
        File.WriteAllText(_file, string.Create(CultureInfo.InvariantCulture, $"{(error < TimeSpan.Zero ? "" : "+")}{(long)error.TotalSeconds}\n"));

    /// <inheritdoc/>
    public void Dispose() => File.Delete(_file);
}
