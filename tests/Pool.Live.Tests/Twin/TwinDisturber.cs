namespace Pool.Live.Tests.Twin;

/// <summary>
/// A further session of the node, which leaves all it can on the connections that it uses: what a client's twin has to itself
/// is then never as the client left it.
/// </summary>
internal sealed class TwinDisturber(int port) : IAsyncDisposable
{
    private static readonly string[] s_statements =
    [
        "SET sort_buffer_size = 555000, time_zone = '+07:00', sql_mode = 'ANSI_QUOTES'", "SELECT SQL_CALC_FOUND_ROWS id FROM r LIMIT 1",
        "SET NAMES latin1 COLLATE latin1_bin, auto_increment_increment = 7", "SELECT nonsense", "SELECT LAST_INSERT_ID(4711)",
        "SELECT CAST('x' AS SIGNED), CAST('y' AS SIGNED)", "SET character_set_results = NULL, group_concat_max_len = 5, sql_select_limit = 1",
        "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SELECT 1", "SELECT 'a', \"b\"", "DO 1",
    ];

    private WireClient? _client;
    private int _next;

    /// <summary>Runs one more statement; what comes of it is of no interest.</summary>
    public async Task DisturbAsync()
    {
        try
        {
            _client ??= await WireClient.ConnectAsync(port, TwinRig<Support.MySqlServer>.Identity("tw"));
            await _client.QueryAsync(s_statements[_next++ % s_statements.Length]);
        }
        catch (InvalidOperationException)
        {
            // All connections are in use.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
    }
}
