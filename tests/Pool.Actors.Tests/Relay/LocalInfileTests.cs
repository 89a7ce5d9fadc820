using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Relay;

public sealed class LocalInfileTests
{
    private const string Load = "LOAD DATA LOCAL INFILE 'f' INTO TABLE t";
    private const Capabilities New = FakeClient.Flags | Capabilities.LocalFiles | Capabilities.MultiStatements;

    [Theory]
    [InlineData(New)]
    [InlineData(New & ~Capabilities.DeprecateEof)]
    public async Task A_file_goes_to_the_server_and_its_verdict_comes_back(Capabilities flags)
    {
        await using var node = NodeThatLoads(FakeServerReply.LocalFile("f", FakeServerReply.Ok(ServerStatus.Autocommit, affected: 3)));
        var client = await node.LogInAsync(flags: flags);
        Assert.True((await client.QueryAsync(Load)).IsFileRequest);
        await client.ContinueAsync(new byte[70_000]);
        await client.ContinueAsync(new byte[10]);
        await client.ContinueAsync();
        Assert.Equal(3ul, (await client.ReadNextResultAsync()).AffectedRows);
        Assert.Equal(70_010, node.Server.FileBytes);
        Assert.Empty(node.Server.Faults);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
    }

    /// <summary>The EOF that the adapter put in has moved the client's sequence numbers on.</summary>
    [Fact]
    public async Task A_file_asked_for_after_rows_is_numbered_for_each_side()
    {
        var more = ServerStatus.Autocommit | ServerStatus.MoreResults;
        var rows = FakeServerReply.Rows(more, "a", ["1"]);
        var file = FakeServerReply.LocalFile("f", FakeServerReply.Ok(ServerStatus.Autocommit, affected: 1));
        await using var node = NodeThatLoads(FakeServerReply.Several(rows, file) with { AfterFile = file.AfterFile });
        var client = await node.LogInAsync(flags: New & ~Capabilities.DeprecateEof);
        Assert.Equal("1", (await client.QueryAsync(Load)).Value);
        Assert.True((await client.ReadNextResultAsync()).IsFileRequest);
        await client.ContinueAsync(new byte[100]);
        await client.ContinueAsync();
        Assert.Equal(1ul, (await client.ReadNextResultAsync()).AffectedRows);
        Assert.Empty(node.Server.Faults);
    }

    [Fact]
    public async Task A_file_that_the_server_refuses_ends_with_its_error()
    {
        await using var node = NodeThatLoads(FakeServerReply.LocalFile("f", FakeServerReply.Error(1062, "Duplicate entry")));
        var client = await node.LogInAsync(flags: New);
        Assert.True((await client.QueryAsync(Load)).IsFileRequest);
        await client.ContinueAsync();
        Assert.Equal(1062, (await client.ReadNextResultAsync()).Error);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task A_client_that_leaves_in_mid_file_costs_the_connection()
    {
        await using var node = NodeThatLoads(FakeServerReply.LocalFile("f", FakeServerReply.Ok(ServerStatus.Autocommit)));
        var client = await node.LogInAsync(flags: New);
        await client.QueryAsync(Load);
        await client.ContinueAsync(new byte[100]);
        client.Transport.Close();
        await node.RestAsync();
        Assert.Equal(0, node.Now.Idle);
        Assert.DoesNotContain(node.Server.Log, s => s.Command == CommandCode.Quit && s.Text.Length > 0);
        var other = await node.LogInAsync();
        Assert.True((await other.QueryAsync("SELECT 1")).Succeeded);
    }

    private static TestNode NodeThatLoads(FakeServerReply reply) =>
        new(server: new FakeServer { Script = (_, statement) => statement.Text == Load ? reply : null });
}
