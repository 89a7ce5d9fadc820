using System.Text.Json;
using Spectre.Console;

namespace Pool.Pbm.Output;

/// <summary>Draws one item with all its properties, one below the other.</summary>
internal static class ItemList
{
    /// <summary>Draws it; what is inside of a property stands below the property's name.</summary>
    public static void Write(IAnsiConsole console, JsonElement item)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumns(new TableColumn("") { NoWrap = true }, new TableColumn(""));
        foreach (var (name, value) in Rows(item, ""))
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
