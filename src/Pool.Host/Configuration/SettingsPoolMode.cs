namespace Pool.Host.Configuration;

/// <summary>What becomes of a session that sets variables.</summary>
public enum SettingsPoolMode
{
    /// <summary>It keeps a connection for itself.</summary>
    Off,

    /// <summary>It shares connections, which are brought to its settings.</summary>
    On,
}
