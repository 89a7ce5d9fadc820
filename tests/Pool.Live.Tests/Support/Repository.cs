namespace Pool.Live.Tests.Support;

/// <summary>Where the checkout is that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file or folder of the checkout.</summary>
    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pool.sln")))
                return folder.FullName;
        }

        return Environment.GetEnvironmentVariable("POOL_REPOSITORY")
            ?? throw new InvalidOperationException("the tests run outside of the checkout: set POOL_REPOSITORY");
    }
}
