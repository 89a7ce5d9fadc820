using System.Text.Json;
using Spectre.Console;

namespace Pool.Pbm.Output;

/// <summary>Draws one item with all its properties, one below the other.</summary>
internal static class ItemList
{
    private const int Padding = 4;

    /// <summary>Draws it; what is inside of a property stands below the property's name.</summary>
    public static void Write(IAnsiConsole console, JsonElement item)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumns(new TableColumn("") { NoWrap = true }, new TableColumn(""));
        var rows = Rows(item, "").ToList();
        ItemTable.Widen(console, rows.Max(r => r.Name.Length) + rows.Max(r => r.Value.Length) + Padding);
        foreach (var (name, value) in rows)
        {
            table.AddRow(ItemTable.Cell(name), ItemTable.Cell(value));
        }

        console.Write(table);
    }

    private static IEnumerable<(string Name, string Value)> Rows(JsonElement item, string prefix) => item.EnumerateObject().SelectMany(property =>
        property.Value.ValueKind == JsonValueKind.Object
            ? Rows(property.Value, $"{prefix}{property.Name}.")
            : [(prefix + property.Name, item.Text(property.Name) ?? "-")]);
}
