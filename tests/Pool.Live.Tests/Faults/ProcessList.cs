using System.Globalization;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>The referee: how many connections an account has, or some together, as the server itself says; asked again and again.</summary>
internal sealed class ProcessList : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<Task<SqlClient?>>? _connect;
    private readonly string[] _accounts;
    private readonly Task _watching;

    private ProcessList(SqlClient? administrator, Func<Task<SqlClient?>>? connect, string[] accounts)
    {
        (_connect, _accounts) = (connect, accounts);
        _watching = WatchAsync(administrator);
    }

    /// <summary>The most that there ever were.</summary>
    public int Highest { get; private set; }

    /// <summary>How often it has looked.</summary>
    public int Looks { get; private set; }

    /// <summary>Starts to watch; the administrator is its own until it is disposed.</summary>
    public static ProcessList Watch(SqlClient administrator, params string[] accounts) => new(administrator, null, accounts);

    /// <summary>Starts to watch a server that may be restarted meanwhile: what it cannot be asked then it has not.</summary>
    public static ProcessList Watch(Func<Task<SqlClient?>> connect, params string[] accounts) => new(null, connect, accounts);

    /// <summary>How many there are now.</summary>
    public static async Task<int> CountAsync(SqlClient administrator, params string[] accounts)
    {
        var (count, trouble) = await TryCountAsync(administrator, accounts);
        return count ?? throw new InvalidOperationException($"the process list cannot be seen: {trouble}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private async Task WatchAsync(SqlClient? administrator)
    {
        while (!_end.IsCancellationRequested)
        {
            administrator ??= await _connect!();
            if (administrator is not null && await TryCountAsync(administrator, _accounts) is ({ } count, _))
            {
                (Highest, Looks) = (Math.Max(Highest, count), Looks + 1);
            }
            else
            {
                Assert.True(_connect is not null, "the process list cannot be seen");
                await (administrator?.DisposeAsync() ?? ValueTask.CompletedTask);
                administrator = null;
            }

            await Task.Delay(s_interval, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_connect is not null && administrator is not null)
            await administrator.DisposeAsync();
    }

    private static async Task<(int? Count, string? Trouble)> TryCountAsync(SqlClient administrator, string[] accounts)
    {
        var result = await administrator.TryAsync($"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER IN ('{string.Join("', '", accounts)}')");
        return result.Succeeded ? (int.Parse(result.Rows[0][0]!, CultureInfo.InvariantCulture), null) : (null, $"{result.ErrorCode} {result.ErrorText}");
    }
}
