using System.Text;
using Pool.Wire.Replies;

namespace Pool.Actors.Sessions.UserVariables;

/// <summary>Reads the values of user variables whose names are known. Pure.</summary>
internal static class UserVariableReading
{
    private const int ColumnsEach = 3;

    /// <summary>
    /// The statement that reads the variables: per variable its type and number, the bytes of a string whatever
    /// character_set_results says, and its collation. It answers no row when the values have more than <paramref name="maxBytes"/>
    /// bytes together, and one row whatever sql_select_limit says.
    /// </summary>
    public static string Query(IReadOnlyCollection<string> names, int maxBytes)
    {
        var (items, size) = (new StringBuilder(), new StringBuilder());
        foreach (var name in names)
        {
            var variable = UserVariable.Quoted(name);
            items.Append(items.Length == 0 ? "" : ",").Append(variable).Append(",CAST(").Append(variable)
                .Append(" AS BINARY),CAST(COLLATION(").Append(variable).Append(") AS BINARY)");
            size.Append(size.Length == 0 ? "" : "+").Append("IFNULL(LENGTH(").Append(variable).Append("),0)");
        }

        return $"SELECT {items} FROM DUAL WHERE {size}<={maxBytes} LIMIT 1";
    }

    /// <summary>
    /// What the statement's reply says of each name: the variable, or null for one that does not exist. The answer is null when the
    /// values are too large, or not such as can be given to another connection.
    /// </summary>
    public static IReadOnlyList<(string Name, UserVariable? Variable)>? Read(IReadOnlyCollection<string> names, TypedRow? reply)
    {
        if (reply?.Values is not { } values || values.Count != ColumnsEach * names.Count)
        {
            return null;
        }

        var read = new List<(string, UserVariable?)>(names.Count);
        foreach (var name in names)
        {
            var at = ColumnsEach * read.Count;
            var collation = Encoding.ASCII.GetString(values[at + 2] ?? []);
            if (!UserVariable.TryRead(name, reply.Columns[at], values[at], values[at + 1], collation, out var variable))
            {
                return null;
            }

            read.Add((name, variable));
        }

        return read;
    }
}
