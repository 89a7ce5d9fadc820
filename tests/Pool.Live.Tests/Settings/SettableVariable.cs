using Pool.Live.Tests.Twin;

namespace Pool.Live.Tests.Settings;

/// <summary>A variable that a session can set, as a direct connection saw it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Statement">A statement that sets it to another value.</param>
/// <param name="Answer">What the server answered to that.</param>
/// <param name="Before">What it told of the variable before.</param>
/// <param name="After">And afterwards.</param>
internal sealed record SettableVariable(string Name, string Statement, WireReply Answer, WireReply Before, WireReply After)
{
    /// <summary>
    /// How the value is read: by the server, since FROM keeps the pool from answering it; without quotes, since what is in quotes might
    /// be the warning count to the pool, for which it would keep the connection.
    /// </summary>
    public static string Read(string name) => $"SELECT @@session.{name} FROM (SELECT 1) one";
}
