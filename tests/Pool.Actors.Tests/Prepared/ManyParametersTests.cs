using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Prepared;

/// <summary>Programs that insert many rows at once bind as many parameters as a statement may have.</summary>
public sealed class ManyParametersTests
{
    [Theory]
    [InlineData(8_000)]
    [InlineData(65_535)]
    public async Task A_statement_may_have_as_many_parameters_as_the_server_lets_it(int parameters)
    {
        await using var node = new TestNode(connections: 2);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var text = $"SELECT {string.Join(',', Enumerable.Repeat('?', parameters))}";
        var (mine, others) = (await first.PrepareAsync(text), await second.PrepareAsync(text));
        string Answer(string type) => $"{text} of {string.Concat(Enumerable.Repeat(type, parameters))}";
        Assert.Equal(Answer("0300"), (await ExecuteAsync(first, mine, parameters, Executes.Int)).Value);
        Assert.Equal(Answer("0800"), (await ExecuteAsync(second, others, parameters, Executes.Long)).Value);
        Assert.Equal(Answer("0300"), (await ExecuteAsync(first, mine, parameters, type: null)).Value);
        Assert.Equal(Answer("0800"), (await ExecuteAsync(second, others, parameters, type: null)).Value);
        Assert.Empty(node.Server.Faults);
        Assert.Equal("SELECT 1", (await first.QueryAsync("SELECT 1")).Value);
    }

    private static Task<FakeClientResult> ExecuteAsync(FakeClient client, uint id, int parameters, byte[]? type)
    {
        var nulls = new byte[(parameters + 7) / 8];
        byte[] types = type is null ? [0] : [1, .. Enumerable.Repeat(type, parameters).SelectMany(t => t)];
        return client.RunAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(id), 0, 1, 0, 0, 0, .. nulls, .. types, .. new byte[8 * parameters]]);
    }
}
