using System.Text;
using BenchmarkDotNet.Attributes;
using Pool.Wire.Statements;

namespace Pool.Bench;

/// <summary>Reading the text of a statement from end to end.</summary>
public class StatementBenchmarks
{
    private readonly byte[] _point = "SELECT c FROM sbtest1 WHERE id=5042"u8.ToArray();

    private readonly byte[] _orm = Encoding.UTF8.GetBytes(
        """
        SELECT `orders`.`id` AS `t0_r0`, `orders`.`customer_id` AS `t0_r1`, `orders`.`state` AS `t0_r2`, `orders`.`total_cents` AS `t0_r3`,
        `customers`.`id` AS `t1_r0`, `customers`.`name` AS `t1_r1` FROM `orders` LEFT OUTER JOIN `customers` ON `customers`.`id` =
        `orders`.`customer_id` WHERE `orders`.`state` IN ('open', 'paid') AND `orders`.`created_at` >= '2024-01-01 00:00:00' ORDER BY
        `orders`.`id` DESC LIMIT 25
        """);

    private readonly byte[] _insert = Encoding.UTF8.GetBytes(
        "INSERT INTO sbtest1 (id, k, c, pad) VALUES " + string.Join(", ", Enumerable.Range(1, 20).Select(i => $"({i}, {i * 7}, '{new string('c', 120)}', '{new string('p', 60)}')")));

    [Benchmark]
    public StatementFacts Inspect_point_select() => StatementInspector.Inspect(_point, LexerMode.None);

    [Benchmark]
    public StatementFacts Inspect_select_of_an_ORM() => StatementInspector.Inspect(_orm, LexerMode.None);

    [Benchmark]
    public StatementFacts Inspect_insert_of_4_KB() => StatementInspector.Inspect(_insert, LexerMode.None);
}
