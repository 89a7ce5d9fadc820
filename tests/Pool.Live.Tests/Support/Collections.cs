namespace Pool.Live.Tests.Support;

/// <summary>All tests about MariaDB: one after the other on one server, beside those of MySQL.</summary>
[CollectionDefinition(Name)]
public sealed class MariaDbTests : ICollectionFixture<Rig<MariaDbServer>>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "MariaDB";
}

/// <summary>All tests about MySQL.</summary>
[CollectionDefinition(Name)]
public sealed class MySqlTests : ICollectionFixture<Rig<MySqlServer>>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "MySQL";
}
