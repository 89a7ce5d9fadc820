using System.Collections.Concurrent;
using System.Globalization;
using Pool.Live.Tests.Twin;

namespace Pool.Live.Tests.Settings;

/// <summary>
/// A client that knows what its settings must be, whatever happens to the connections behind the pool: it sets variables, reads
/// them, and runs statements that must not run twice. Comes again when it is thrown out.
/// </summary>
internal sealed class FaultySession(int number, int port, WireIdentity identity, int seed)
{
    private const int Interrupted = 1317;
    private const string Read = "SELECT @@sort_buffer_size, @@time_zone, @@group_concat_max_len, @@join_buffer_size";
    private readonly Random _random = new(seed * 1000 + number);

    // What the variables are; more than one where a SET was interrupted.
    private List<string> _possible = [];

    /// <summary>What each unique row came to: true if it was acknowledged, false if it was not executed, null if nobody knows.</summary>
    public ConcurrentDictionary<string, bool?> Rows { get; } = new();

    /// <summary>What must not be.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    /// <summary>Errors by number; 0 is a connection that ended.</summary>
    public ConcurrentDictionary<int, int> Errors { get; } = new();

    /// <summary>Settings that were read and compared.</summary>
    public int Reads { get; private set; }

    /// <summary>Goes on until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var client = await WireClient.ConnectAsync(port, identity);
                await LiveAsync(client, stop);
            }
            catch (InvalidOperationException)
            {
                // Refused, or ended within the login.
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private async Task LiveAsync(WireClient client, CancellationToken stop)
    {
        var first = await client.QueryAsync(Read);
        if (!Succeeded(first))
            return;
        _possible = [Seen(first)];
        for (var goesOn = true; goesOn && !stop.IsCancellationRequested;)
        {
            goesOn = _random.Next(4) switch
            {
                0 => await SetAsync(client),
                1 => await InsertAsync(client),
                _ => await ReadAsync(client),
            };
        }
    }

    private async Task<bool> SetAsync(WireClient client)
    {
        var sort = 100_000 + number * 1000 + _random.Next(1000);
        var zone = string.Create(CultureInfo.InvariantCulture, $"+{_random.Next(10, 13)}:{number:00}");
        var length = 1000 + number * 100 + _random.Next(100);
        var reply = await client.QueryAsync($"SET sort_buffer_size = {sort}, time_zone = '{zone}', group_concat_max_len = {length}");
        var settings = _possible.Select(p => $"{sort}/{zone}/{length}/{p.Split('/')[3]}").Distinct().ToList();
        if (Succeeded(reply))
            _possible = settings;
        else if (reply.ErrorCode == Interrupted)
            _possible = [.. _possible.Concat(settings).Distinct()];
        return !reply.IsLost;
    }

    private async Task<bool> InsertAsync(WireClient client)
    {
        var id = $"{number}-{Rows.Count}";
        var reply = await client.QueryAsync($"INSERT INTO faulty VALUES ('{id}')");
        // 1205 and 1429 of the pool say that nothing was executed.
        Rows[id] = Succeeded(reply) ? true : reply.ErrorCode is 1205 or 1429 ? false : null;
        return !reply.IsLost;
    }

    private async Task<bool> ReadAsync(WireClient client)
    {
        var reply = await client.QueryAsync(Read);
        if (!Succeeded(reply))
            return !reply.IsLost;
        var seen = Seen(reply);
        if (!_possible.Contains(seen))
            Wrong.Enqueue($"client {number}, session {client.Id}: is {seen}, must be {string.Join(" or ", _possible)}");
        _possible = [seen];
        Reads++;
        return true;
    }

    private bool Succeeded(WireReply reply)
    {
        if (reply.ErrorCode == 0 && !reply.IsLost)
            return true;
        Errors.AddOrUpdate(reply.ErrorCode, 1, (_, n) => n + 1);
        return false;
    }

    private static string Seen(WireReply reply) => string.Join('/', reply.Rows.Single());
}
