namespace Pool.Live.Tests.Settings;

/// <summary>What a driver or an ORM sends on each new connection, as it was captured from the real one.</summary>
/// <param name="Name">Which.</param>
/// <param name="Statements">Verbatim, in order; with "! " before them what it prepares, executes and closes.</param>
/// <param name="Servers">"MySQL", "MariaDB", or empty for both.</param>
internal sealed record StartupStream(string Name, string[] Statements, string Servers = "")
{
    /// <summary>All of them.</summary>
    public static StartupStream[] All { get; } =
    [
        new("Django with mysqlclient",
        [
            "SET NAMES utf8mb4", "SET autocommit=0", "SET autocommit=1",
            "SELECT VERSION(),\n                       @@sql_mode,\n                       @@default_storage_engine,\n                       @@sql_auto_is_null,\n                       @@lower_case_table_names,\n                       CONVERT_TZ('2001-01-01 01:00:00', 'UTC', 'UTC') IS NOT NULL",
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        ]),
        new("Django with init_command",
        ["SET sql_mode='STRICT_TRANS_TABLES,NO_ZERO_DATE', time_zone='+01:00'", "SET autocommit=0", "SET autocommit=1", "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"]),
        new("SQLAlchemy", ["SET autocommit=0", "SET NAMES utf8mb4", "SELECT VERSION()", "SELECT DATABASE()", "SELECT @@sql_mode", "SELECT @@lower_case_table_names", "ROLLBACK", "SET autocommit=1"]),
        new("ActiveRecord",
        [
            "SET  @@SESSION.sql_mode = CONCAT(CONCAT(@@sql_mode, ',STRICT_ALL_TABLES'), ',NO_AUTO_VALUE_ON_ZERO'),  @@SESSION.sql_auto_is_null = 0, @@SESSION.wait_timeout = 2147483",
            "SELECT VERSION()",
        ]),
        new("MariaDB Connector/J", ["set autocommit=1, sql_mode = concat(@@sql_mode,',STRICT_TRANS_TABLES')", "SELECT @@max_allowed_packet,@@system_time_zone,@@time_zone,@@auto_increment_increment"]),
        new("Hibernate on MariaDB Connector/J",
        [
            "set autocommit=1, sql_mode = concat(@@sql_mode,',STRICT_TRANS_TABLES'),time_zone='+00:00'", "SELECT @@max_allowed_packet,@@system_time_zone,@@time_zone,@@auto_increment_increment",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "set autocommit=0", "set autocommit=1",
        ]),
        new("MySQL Connector/J", ["SET character_set_results = NULL", "SET autocommit=1", "SELECT @@session.transaction_read_only"], "MySQL"),
        new("Sequelize on mysql2", ["SET time_zone = '+00:00'", "SELECT VERSION() as `version`", "SELECT 1+1 AS result"]),
        new("Sequelize on mariadb", ["SET NAMES utf8mb4", "SET time_zone='+00:00'", "SET time_zone = '+00:00'"]),
        new("DBD::MariaDB", ["SET NAMES 'utf8mb4'", "SET character_set_server = 'utf8mb4'", "SET collation_connection = 'utf8mb4_unicode_ci'", "SET collation_server = 'utf8mb4_unicode_ci'"]),
        new("Laravel",
        [
            "use `pool`", "set names 'utf8mb4' collate 'utf8mb4_unicode_ci'", "set time_zone=\"+00:00\"",
            "set session sql_mode='ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
        ]),
        new("Laravel 10, which prepares all but the choice of its database",
        [
            "use `pool`", "! set names 'utf8mb4' collate 'utf8mb4_unicode_ci'", "! set time_zone=\"+00:00\"",
            "! set session sql_mode='ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
            "! SELECT @@time_zone, @@sql_mode",
        ]),
        new("GORM on MySQL", ["SET NAMES utf8mb4", "SET time_zone='+00:00'", "SET transaction_isolation='REPEATABLE-READ'", "SET group_concat_max_len=2048", "SELECT VERSION()"], "MySQL"),
        new("GORM on MariaDB", ["SET group_concat_max_len=2048", "SET time_zone='+00:00'", "SET tx_isolation='REPEATABLE-READ'", "SET NAMES utf8mb4", "SELECT VERSION()"], "MariaDB"),
        new("go-sql-driver, several at once", ["SET time_zone='+02:00', sql_mode='ANSI', group_concat_max_len=4096", "SET NAMES utf8mb4 COLLATE utf8mb4_bin"]),
        new("PyMySQL", ["SET AUTOCOMMIT = 0", "COMMIT", "SET AUTOCOMMIT = 1"]),
        new("MySqlConnector", ["SET NAMES utf8mb4;", "SELECT CONNECTION_ID(), VERSION();"]),
    ];
}
