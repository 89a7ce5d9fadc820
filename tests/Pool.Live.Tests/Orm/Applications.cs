namespace Pool.Live.Tests.Orm;

/// <summary>The applications of tests/orm, each in another object-relational mapper or query builder.</summary>
public static class Applications
{
    /// <summary>The folders' names.</summary>
    public static TheoryData<string> All() =>
        ["django", "sqlalchemy", "pdo", "laravel", "doctrine", "sequelize", "knex", "typeorm", "activerecord", "hibernate", "gorm"];
}
