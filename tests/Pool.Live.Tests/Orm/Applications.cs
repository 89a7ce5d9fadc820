namespace Pool.Live.Tests.Orm;

/// <summary>The applications of tests/orm, each in another object-relational mapper or query builder, by the folders' names.</summary>
public static class Applications
{
    private static readonly string[] s_most = ["django", "sqlalchemy", "pdo", "sequelize", "activerecord"];
    private static readonly string[] s_others = ["laravel", "doctrine", "knex", "typeorm", "hibernate", "gorm"];

    /// <summary>All of them.</summary>
    public static TheoryData<string> All() => [.. s_most, .. s_others];

    /// <summary>One of each language and what is used most; all in the long run. For the second server, since an application tells servers apart by little.</summary>
    public static TheoryData<string> Most() => Environment.GetEnvironmentVariable("POOL_TEST_LONG") == "1" ? All() : [.. s_most];
}
