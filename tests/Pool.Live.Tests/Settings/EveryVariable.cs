namespace Pool.Live.Tests.Settings;

/// <summary>What <see cref="EveryVariableTests{TServer}"/> leaves out, and why.</summary>
internal static class EveryVariable
{
    /// <summary>After a reset the servers do not have the login's character set, each in its own way: the sessions say it.</summary>
    public const string SetNames = "SET NAMES utf8mb4 COLLATE utf8mb4_general_ci";

    /// <summary>Whose value differs from a direct connection's anyway, or cannot be read.</summary>
    public static IReadOnlyDictionary<string, string> Exceptions { get; } = new Dictionary<string, string>
    {
        ["timestamp"] = "is the time of day, unless set",
        ["pseudo_thread_id"] = "is the connection's own",
        ["rand_seed1"] = "cannot be read",
        ["rand_seed2"] = "cannot be read",
        ["default_master_connection"] = "with a name that no replication has, the server cannot read its variables",
        ["sql_slave_skip_counter"] = "is the replication's: another direct session sees it, too",
        ["max_relay_log_size"] = "is the replication's: another direct session sees it, too",
        ["statement_id"] = "counts the server's statements",
        ["session_track_system_variables"] = "the pool's own, which it follows sessions by",
        ["session_track_schema"] = "as session_track_system_variables",
        ["session_track_state_change"] = "as session_track_system_variables",
        ["session_track_transaction_info"] = "as session_track_system_variables",
        ["session_track_gtids"] = "as session_track_system_variables",
    };

    /// <summary>Which a session may set, but not to another value on this server, by name: the list must not grow.</summary>
    public static IReadOnlyDictionary<string, string> WithoutOtherValue { get; } = new Dictionary<string, string>
    {
        ["external_table_storage_engine"] = "names a storage engine that the server does not have",
        ["gtid_next"] = "needs GTIDs",
        ["innodb_ft_user_stopword_table"] = "names a table of a certain form",
        ["innodb_tmpdir"] = "names a directory",
        ["max_allowed_packet"] = "is read-only in sessions",
        ["max_user_connections"] = "is read-only in sessions",
        ["net_buffer_length"] = "is read-only in sessions",
        ["query_cache_type"] = "the query cache is off",
        ["rand_seed1"] = "cannot be read",
        ["rand_seed2"] = "cannot be read",
        ["resultset_metadata"] = "needs a capability that the pool does not offer",
        ["system_versioning_asof"] = "is a moment",
        ["wsrep_gtid_seq_no"] = "needs Galera",
        ["wsrep_on"] = "needs Galera",
        ["wsrep_trx_fragment_size"] = "needs Galera",
        ["wsrep_trx_fragment_unit"] = "needs Galera",
    };
}
