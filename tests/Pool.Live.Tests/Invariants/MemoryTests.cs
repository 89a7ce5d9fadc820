using System.Globalization;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Invariants;

/// <summary>No statement and no result is ever held as a whole.</summary>
public abstract class MemoryTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const int Megabyte = 1 << 20;
    private const int LongestPacket = 0xff_ffff;

    [Fact]
    public async Task Forty_megabytes_pass_in_either_direction_without_being_kept()
    {
        const int Size = 40 * Megabyte, Allowed = 12 * Megabyte;
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        await using (var client = await node.ConnectAsync())
        {
            await PassAsync(client, Megabyte);
            var before = Peak(node);
            await PassAsync(client, Size);
            Assert.InRange(Peak(node) - before, 0, Allowed);
        }

        await node.RestsAsync(administrator);
    }

    private static async Task PassAsync(SqlClient client, int size)
    {
        Assert.InRange(await client.MeasureAsync($"SELECT REPEAT('x', {size})"), size, size + 1000);
        var literal = await SendLongAsync(client, $"SELECT LENGTH('{new string('x', size)}') AS n");
        Assert.Contains($"{size}", literal, StringComparison.Ordinal);
    }

    // A command of more than one packet, which the client's own parser need not know; the answer is short.
    private static async Task<string> SendLongAsync(SqlClient client, string sql)
    {
        var command = new byte[sql.Length + 1];
        command[0] = 3;
        System.Text.Encoding.ASCII.GetBytes(sql, command.AsSpan(1));
        byte sequence = 0;
        for (var sent = 0; ; sent += LongestPacket)
        {
            var part = command.AsMemory(sent, Math.Min(command.Length - sent, LongestPacket));
            byte[] header = [(byte)part.Length, (byte)(part.Length >> 8), (byte)(part.Length >> 16), sequence++];
            Assert.True(await client.Transport.SendAsync(header) && await client.Transport.SendAsync(part), "the statement is not taken");
            if (part.Length < LongestPacket)
                break;
        }

        var answer = new byte[4096];
        return System.Text.Encoding.Latin1.GetString(answer, 0, await client.Transport.ReceiveAsync(answer));
    }

    private static long Peak(FaultNode node)
    {
        const string Label = "VmHWM:";
        var line = File.ReadLines($"/proc/{node.Process.ProcessId}/status").First(l => l.StartsWith(Label, StringComparison.Ordinal));
        return long.Parse(line[Label.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbMemoryTests(FaultRig<MariaDbServer> rig) : MemoryTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlMemoryTests(FaultRig<MySqlServer> rig) : MemoryTests<MySqlServer>(rig);
