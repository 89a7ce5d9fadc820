using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Live.Tests.Twin;
using Xunit.Abstractions;

// They wait more than they compute: for leases to end, for servers to start, for each other.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer($"Pool.Live.Tests.Support.{nameof(LongestFirst)}", "Pool.Live.Tests")]

namespace Pool.Live.Tests.Support;

/// <summary>Begins with the collections that take longest, so that no core waits for another at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_longest =
        [MariaDbFaults.Name, MySqlFaults.Name, MySqlTests.Name, MariaDbTests.Name, MySqlTwins.Name, MariaDbTwins.Name];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections
        .OrderBy(c => Array.IndexOf(s_longest, c.DisplayName) is >= 0 and var place ? place : s_longest.Length)
        .ThenBy(c => c.DisplayName, StringComparer.Ordinal);
}
