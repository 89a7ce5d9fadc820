namespace Pool.Actors.Backends;

/// <summary>Whose server it is.</summary>
public enum ServerFlavour
{
    /// <summary>Oracle's MySQL, or what behaves like it.</summary>
    MySql,

    /// <summary>MariaDB.</summary>
    MariaDb,
}
