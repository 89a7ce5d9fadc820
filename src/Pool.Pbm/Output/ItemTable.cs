using System.Text.Json;
using Spectre.Console;

namespace Pool.Pbm.Output;

/// <summary>Draws items as a table.</summary>
internal static class ItemTable
{
    private const int Padding = 2;

    /// <summary>Draws them, a line each: one that is too long for the screen is the terminal's to wrap.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<JsonElement> items, IReadOnlyList<Column> columns)
    {
        Widen(console, WidthOf(items, columns));
        console.Write(Of(items, columns));
    }

    /// <summary>How many characters a line of the table has.</summary>
    public static int WidthOf(IReadOnlyList<JsonElement> items, IReadOnlyList<Column> columns) =>
        columns.Sum(c => items.Select(i => c.Cell(i).Length).Append(c.Title.Length).Max() + Padding);

    /// <summary>The columns that lines of so many characters have room for: minor ones are left out, those at the right first.</summary>
    public static IReadOnlyList<Column> Fitting(IReadOnlyList<JsonElement> items, IReadOnlyList<Column> columns, int width) =>
        WidthOf(items, columns) > width && columns.LastOrDefault(c => c.IsMinor) is { } minor
            ? Fitting(items, [.. columns.Where(c => c != minor)], width)
            : columns;

    /// <summary>Has lines of so many characters drawn as one.</summary>
    public static void Widen(IAnsiConsole console, int width) => console.Profile.Width = Math.Max(console.Profile.Width, width);

    /// <summary>The table, to be drawn.</summary>
    public static Table Of(IReadOnlyList<JsonElement> items, IReadOnlyList<Column> columns)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Cell(column.Title)) { NoWrap = true, Alignment = column.IsNumber ? Justify.Right : Justify.Left });
        }

        foreach (var item in items)
        {
            table.AddRow(columns.Select(c => Cell(c.Cell(item))));
        }

        return table;
    }

    /// <summary>A text in a table. What comes from clients, as a database's name does, must not move the cursor.</summary>
    public static Text Cell(string text) => new(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)));
}
