namespace Pool.Wire.Statements;

/// <summary>
/// Words that, unquoted and before a parenthesis, never call a stored or loadable function: native functions, and
/// keywords that the grammar keeps for itself. Collected by asking MySQL 9.7 and MariaDB 10.11 to call every word that they
/// know; MariaDB calls a stored function named as a non-reserved keyword, so that its list is the shorter one. MD5, SHA and
/// SHA1 left MySQL's core lately and stay listed.
/// </summary>
internal static class KnownWords
{
    /// <summary>Known to MySQL and to MariaDB.</summary>
    public const string Both = """
        abs accessible acos add adddate addtime aes_decrypt aes_encrypt all alter analyze and any as asc ascii asensitive asin
        atan atan2 avg backup before begin benchmark between bigint bin binary binlog bit bit_and bit_count bit_length bit_or
        bit_xor blob bool boolean both by byte cache call cascade case cast ceil ceiling change char char_length character
        character_length charset check checksum close coalesce code coercibility collate collation column comment commit
        compress compressed concat concat_ws condition connection_id constraint contains continue conv convert convert_tz cos
        cot count crc32 create cross cume_dist curdate current_date current_role current_time current_timestamp current_user
        cursor curtime database databases date date_add date_format date_sub datediff datetime day day_hour day_microsecond
        day_minute day_second dayname dayofmonth dayofweek dayofyear deallocate dec decimal declare default degrees delayed
        delete dense_rank desc describe deterministic distinct distinctrow div do double drop dual each else elseif elt
        enclosed end enum escaped except exclude execute exists exit exp explain export_set extract extractvalue false fetch
        field find_in_set first_value fixed float float4 float8 floor flush following follows for force foreign format
        found_rows from from_base64 from_days from_unixtime fulltext function get get_format get_lock global grant greatest
        group group_concat handler having help hex high_priority host hour hour_microsecond hour_minute hour_second if ifnull
        ignore in index inet6_aton inet6_ntoa inet_aton inet_ntoa infile inner inout insensitive insert install instr int int1
        int2 int3 int4 int8 integer intersect interval into is is_free_lock is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6
        is_used_lock isnull iterate join json json_array json_array_append json_array_insert json_arrayagg json_contains
        json_contains_path json_depth json_extract json_insert json_keys json_length json_merge json_merge_patch
        json_merge_preserve json_object json_objectagg json_overlaps json_pretty json_quote json_remove json_replace
        json_search json_set json_type json_unquote json_valid json_value key keys kill lag language last_day last_insert_id
        last_value lcase lead leading least leave left length like limit linear lines ln load load_file local localtime
        localtimestamp locate lock log log10 log2 long longblob longtext loop low_priority lower lpad ltrim make_set makedate
        maketime master_pos_wait match max maxvalue mbrcontains mbrdisjoint mbrequals mbrintersects mbroverlaps mbrtouches
        mbrwithin md5 medium mediumblob mediumint mediumtext microsecond mid middleint min minute minute_microsecond
        minute_second mod modifies month monthname name_const names national natural nchar no not now nth_value ntile null
        nullif number numeric nvarchar oct octet_length offset on open optimize option optionally options or ord order others
        out outer outfile over owner parser partition password percent_rank period_add period_diff pi port position pow power
        precedes preceding precision prepare primary procedure purge quarter quote radians rand random_bytes range rank read
        read_write reads real recursive references regexp regexp_instr regexp_replace regexp_substr release release_all_locks
        release_lock remove rename repair repeat replace replica replicas require reset resignal restore restrict return
        returning reverse revoke right rlike role rollback round row row_count row_number rows rpad rtrim savepoint schema
        schemas sec_to_time second second_microsecond security select sensitive separator serial server session session_user
        set sha sha1 sha2 show sign signal signed sin slave sleep smallint socket some soname soundex sounds space spatial
        specific sql sql_big_result sql_buffer_result sql_calc_found_rows sql_no_cache sql_small_result sql_tsi_day
        sql_tsi_hour sql_tsi_minute sql_tsi_month sql_tsi_second sql_tsi_year sqlexception sqlstate sqlwarning sqrt srid ssl
        st_area st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_buffer st_centroid st_contains st_convexhull
        st_crosses st_difference st_dimension st_disjoint st_distance st_distance_sphere st_endpoint st_envelope st_equals
        st_exteriorring st_geomcollfromtext st_geomcollfromwkb st_geometrycollectionfromtext st_geometrycollectionfromwkb
        st_geometryfromtext st_geometryfromwkb st_geometryn st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb
        st_interiorringn st_intersection st_intersects st_isclosed st_isempty st_issimple st_length st_linefromtext
        st_linefromwkb st_linestringfromtext st_linestringfromwkb st_mlinefromtext st_mlinefromwkb st_mpointfromtext
        st_mpointfromwkb st_mpolyfromtext st_mpolyfromwkb st_multilinestringfromtext st_multilinestringfromwkb
        st_multipointfromtext st_multipointfromwkb st_multipolygonfromtext st_multipolygonfromwkb st_numgeometries
        st_numinteriorrings st_numpoints st_overlaps st_pointfromtext st_pointfromwkb st_pointn st_polyfromtext st_polyfromwkb
        st_polygonfromtext st_polygonfromwkb st_srid st_startpoint st_symdifference st_touches st_union st_within st_x st_y
        start starting std stddev stddev_pop stddev_samp stop stored str_to_date straight_join strcmp subdate substr substring
        substring_index subtime sum sysdate system_user table tan terminated text then ties time time_format time_to_sec
        timediff timestamp timestampadd timestampdiff tinyblob tinyint tinytext to to_base64 to_days to_seconds trailing
        trigger trim true truncate ucase unbounded uncompress uncompressed_length undo unhex unicode uninstall union unique
        unix_timestamp unlock unsigned update updatexml upgrade upper usage use user using utc_date utc_time utc_timestamp
        uuid uuid_short value values var_pop var_samp varbinary varchar varcharacter variance varying version week weekday
        weekofyear weight_string when where while window with wrapper write xa xor year year_month yearweek zerofill
        """;

    /// <summary>Known to MySQL only.</summary>
    public const string MySql = """
        absent account action active admin after against aggregate algorithm always any_value array at attribute
        authentication auto auto_increment auto_refresh auto_refresh_source avg_row_length bernoulli bin_to_uuid block btree
        buckets bulk cascaded catalog_name chain changed channel cipher class_origin client clone column_format column_name
        columns committed compact completion component compression concurrent connection consistent constraint_catalog
        constraint_name constraint_schema context cpu cube current current_role_in current_user_in cursor_name data
        default_auth definer definition delay_key_write description diagnostics directory disable discard disk duality
        dumpfile duplicate dynamic empty enable encryption ends enforced engine engine_attribute engines error errors escape
        etag event events every exchange expansion expire export extended extent_size external factor fast faults fields file
        files filter finish first format_bytes format_pico_time found from_vector full general generate generated
        geomcollection geometry geometrycollection grants group_replication grouping groups gtid_only gtid_subset
        gtid_subtract gtids guided hash header histogram history hosts icu_version identified import inactive indexes initial
        initial_size initiate insert_method instance invisible invoker io io_after_gtids io_before_gtids io_thread ipc is_uuid
        isolation issuer json_duality_object json_schema_valid json_schema_validation_report json_storage_free
        json_storage_size json_table key_block_size keyring last lateral leaves less level library linestring list locked
        locks logfile logs manual masking master materialized mbrcoveredby mbrcovers member memory merge message_text migrate
        min_rows mode modify multilinestring multipoint multipolygon mutex mysql_errno name ndb ndbcluster nested never new
        next no_wait nodegroup none nowait nulls of off oj old one only optimizer_costs optional ordinality organization
        pack_keys page parallel parameters parse_tree partial partitioning partitions path persist persist_only phase plugin
        plugin_dir plugins point policy polygon preserve prev privileges process processlist profile profiles proxy
        ps_current_thread_id ps_thread_id qualify query quick random read_only rebuild recover redundant reference regexp_like
        registration relational reload reorganize repeatable replication resource respect restart resume retain
        returned_sqlstate returns reuse roles_graphml rollup rotate routine row_format rtree s3 schedule schema_name secondary
        serializable sets share simple skip slow snapshot source sql_after_gtids sql_after_mts_gaps sql_before_gtids
        sql_thread sql_tsi_quarter sql_tsi_week st_buffer_strategy st_collect st_frechetdistance st_geohash st_geomcollfromtxt
        st_hausdorffdistance st_isvalid st_latfromgeohash st_latitude st_lineinterpolatepoint st_lineinterpolatepoints
        st_longfromgeohash st_longitude st_makeenvelope st_numinteriorring st_pointatdistance st_pointfromgeohash st_simplify
        st_swapxy st_transform st_validate stacked starts statement_digest statement_digest_text status storage stream
        strict_load string string_to_vector subclass_origin subject subpartition subpartitions super suspend swaps switches
        system table_checksum table_name tables tablesample tablespace temporary temptable than thread_priority tls to_vector
        transaction triggers type types uncommitted undefined undofile unknown unregister until uri url use_frm user_resources
        uuid_to_bin validate validate_password_strength validation variables vcpu vector vector_dim vector_to_string view
        virtual visible wait wait_for_executed_gtid_set warnings without work x509 xid xml zone
        """;

    /// <summary>Known to MariaDB only.</summary>
    public const string MariaDb = """
        add_months binlog_gtid_pos checkpoint chr clob column_add column_check column_create column_delete column_exists
        column_get column_json column_list concat_operator_oracle crc32c decode decode_histogram decode_oracle des_decrypt
        des_encrypt encode encrypt examined glength id ignored json_compact json_detailed json_equals json_exists json_loose
        json_normalize json_query lastval lengthb lpad_oracle ltrim_oracle master_demote_to_replica master_demote_to_slave
        master_gtid_wait mbrequal median natural_sort_key nextval nvl nvl2 old_password overlaps page_checksum percentile_cont
        percentile_disc period portion raw replace_oracle rownum rpad_oracle rtrim_oracle setval sformat slaves sql_cache
        st_boundary st_isring st_pointonsurface st_relate substr_oracle sys_guid to_char trim_oracle varchar2 within
        wsrep_last_seen_gtid wsrep_last_written_gtid wsrep_sync_wait_upto_gtid
        """;
}
