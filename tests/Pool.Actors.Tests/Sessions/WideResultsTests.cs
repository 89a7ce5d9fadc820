using Pool.Actors.Sessions;
using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

/// <summary>What the pool reads for a session whose character_set_results is UCS-2: there is a zero before each letter.</summary>
public sealed class WideResultsTests
{
    [Theory]
    [InlineData("\07")]
    [InlineData("\0\0\07")]
    [InlineData("7\0")]
    public async Task An_insert_id_is_read_however_wide_its_digits_are(string seven)
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (connection, statement) => statement.Text.StartsWith("SELECT LAST_INSERT_ID(), ", StringComparison.Ordinal)
            ? FakeServerReply.Rows(connection.Session.Status, "id", [seven])
            : null;
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT 1");
        await node.RestAsync();
        Assert.Equal("7", (await client.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Fact]
    public async Task Errors_are_told_from_warnings_however_wide_their_letters_are()
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (connection, statement) => statement.Text == "SHOW WARNINGS"
            ? FakeServerReply.Rows(connection.Session.Status, "Level", ["\0E\0r\0r\0o\0r", "\0N\0o\0t\0e"])
            : null;
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT IGNORE 1");
        await node.PinnedAsync(client, PinReasons.Diagnostics);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(client, false);
        Assert.Equal("\0E\0r\0r\0o\0r", Assert.Single((await client.QueryAsync("SHOW ERRORS")).Rows!));
    }
}
