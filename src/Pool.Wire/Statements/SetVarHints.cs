using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace Pool.Wire.Statements;

/// <summary>
/// Puts session variables into a statement as MySQL's SET_VAR hints, which hold for that statement only.
/// <see href="https://dev.mysql.com/doc/refman/9.0/en/optimizer-hints.html#optimizer-hints-set-var"/>
/// </summary>
public static class SetVarHints
{
    // Those that MySQL 9.7 accepts from a user without privileges. The others only warn, and are not set.
    private static readonly FrozenSet<string> s_hintable =
        """
        auto_increment_increment auto_increment_offset big_tables cte_max_recursion_depth default_table_encryption
        default_tmp_storage_engine div_precision_increment enable_secondary_engine_statistics end_markers_in_json
        eq_range_index_dive_limit foreign_key_checks group_concat_max_len insert_id join_buffer_size lock_wait_timeout
        max_execution_time max_heap_table_size max_join_size max_points_in_geometry max_seeks_for_key max_sort_length
        optimizer_max_subgraph_pairs optimizer_prune_level optimizer_search_depth optimizer_switch range_alloc_block_size
        range_optimizer_max_mem_size read_buffer_size read_rnd_buffer_size secondary_engine_cost_threshold select_into_disk_sync
        set_operations_buffer_size sort_buffer_size sql_auto_is_null sql_big_selects sql_buffer_result sql_mode sql_safe_updates
        sql_select_limit time_zone timestamp tmp_table_size unique_checks updatable_views_with_limit use_secondary_engine
        windowing_use_high_precision
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static readonly SearchValues<char> s_number = SearchValues.Create("-.0123456789");
    private static readonly SearchValues<char> s_quotes = SearchValues.Create("'\"`\\");

    /// <summary>
    /// True when a hint can set the variable <paramref name="name"/>, in lower case. A hint of <c>sql_mode</c> does not change how the
    /// statement itself is parsed: whether that matters is the caller's to know.
    /// </summary>
    public static bool IsHintable(string name) => s_hintable.Contains(name);

    /// <summary>
    /// Writes <paramref name="sql"/>, one statement, to <paramref name="output"/> with hints that set <paramref name="settings"/>, by
    /// variable in lower case, to values that the server itself reported. They come before the client's own hints, so that an error in
    /// those does not concern them. False, with nothing written, when the statement takes no hints right behind its first word, when
    /// a variable or value cannot be written as one, or when the client's own hints may be about the same variables.
    /// </summary>
    public static bool TryInsert(
        ReadOnlySpan<byte> sql, LexerMode mode, IReadOnlyList<KeyValuePair<string, string>> settings, IBufferWriter<byte> output)
    {
        var at = FindPlace(sql, mode);
        var hints = at < 0 || settings.Count == 0 ? null : Format(settings);
        if (hints is null || (sql.IndexOf("/*+"u8) >= 0 && (MayMention(sql, settings) || HasQuotesInHints(sql))))
        {
            return false;
        }

        var own = at;
        while (own < sql.Length && ByteClasses.IsSpace(sql[own]))
        {
            own++;
        }

        var merges = sql[own..].StartsWith("/*+"u8);
        output.Write(sql[..at]);
        output.Write(" /*+"u8);
        output.Write(Encoding.ASCII.GetBytes(hints));
        output.Write(merges ? " "u8 : " */"u8);
        output.Write(merges ? sql[(own + 3)..] : sql[at..]);
        return true;
    }

    /// <summary>Where the first word of a statement ends that takes hints there; -1 for others.</summary>
    private static int FindPlace(ReadOnlySpan<byte> sql, LexerMode mode)
    {
        var verb = new WholeText(sql, mode).Next();
        var takesHints = (mode & LexerMode.MariaDb) == 0
            && verb.Keyword is Keyword.Select or Keyword.Insert or Keyword.Replace or Keyword.Update or Keyword.Delete;
        var isCertain = takesHints && sql.IndexOf("/*!"u8) < 0
            && StatementInspector.Inspect(sql, mode).Kind is not (StatementKind.Multi or StatementKind.Unknown);
        return isCertain ? verb.End : -1;
    }

    private static string? Format(IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        var hints = new StringBuilder();
        foreach (var (name, value) in settings)
        {
            if (!IsHintable(name) || HintValue(name, value) is not { } written)
            {
                return null;
            }

            hints.Append(" SET_VAR(").Append(name).Append('=').Append(written).Append(')');
        }

        return hints.ToString();
    }

    // Numbers only without quotes and without a sign, texts only with quotes and never empty.
    private static string? HintValue(string name, string value)
    {
        if (value.Length == 0)
        {
            return name == "sql_mode" ? "0" : null;
        }

        if (!value.AsSpan().ContainsAnyExcept(s_number) && value.AsSpan().Count('.') <= 1)
        {
            return char.IsAsciiDigit(value[0]) && char.IsAsciiDigit(value[^1]) ? value : null;
        }

        var isPlain = !value.AsSpan().ContainsAnyExceptInRange(' ', '~') && !value.AsSpan().ContainsAny(s_quotes)
            && !value.Contains("*/", StringComparison.Ordinal);
        return isPlain ? $"'{value}'" : null;
    }

    private static bool MayMention(ReadOnlySpan<byte> sql, IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        foreach (var (name, _) in settings)
        {
            for (var at = 0; at + name.Length <= sql.Length; at++)
            {
                if (Ascii.EqualsIgnoreCase(sql.Slice(at, name.Length), name))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // The server's hints end behind their texts, this lexer's comments at the first */.
    private static bool HasQuotesInHints(ReadOnlySpan<byte> sql)
    {
        for (var start = sql.IndexOf("/*+"u8); start >= 0; start = sql.IndexOf("/*+"u8))
        {
            sql = sql[(start + 3)..];
            var end = sql.IndexOf("*/"u8);
            if (sql[..(end < 0 ? sql.Length : end)].IndexOfAny("'\"`"u8) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
