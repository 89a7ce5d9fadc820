using System.Globalization;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>The referee: how many connections an account has, as the server itself says; asked again and again.</summary>
internal sealed class ProcessList : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource _end = new();
    private readonly SqlClient _administrator;
    private readonly string _account;
    private readonly Task _watching;

    private ProcessList(SqlClient administrator, string account)
    {
        (_administrator, _account) = (administrator, account);
        _watching = WatchAsync();
    }

    /// <summary>The most that there ever were.</summary>
    public int Highest { get; private set; }

    /// <summary>How often it has looked.</summary>
    public int Looks { get; private set; }

    /// <summary>Starts to watch; the administrator is its own until it is disposed.</summary>
    public static ProcessList Watch(SqlClient administrator, string account) => new(administrator, account);

    /// <summary>How many there are now.</summary>
    public static async Task<int> CountAsync(SqlClient administrator, string account) => int.Parse(
        await administrator.QueryAsync($"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '{account}'") ?? "",
        CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        for (; !_end.IsCancellationRequested; Looks++)
        {
            Highest = Math.Max(Highest, await CountAsync(_administrator, _account));
            await Task.Delay(s_interval, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
