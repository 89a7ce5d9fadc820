using System.Globalization;
using System.Text;
using MySql.Data.MySqlClient;

namespace Pool.Clients;

/// <summary>Runs statements and prints all that the driver tells of their results.</summary>
internal static class Transcript
{
    /// <summary>A statement of the text protocol.</summary>
    public static void Run(MySqlConnection connection, string sql)
    {
        Console.WriteLine($"> {sql}");
        using var command = new MySqlCommand(sql, connection);
        Show(command);
    }

    /// <summary>A statement of the binary protocol, run twice.</summary>
    public static void Bound(MySqlConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        Console.WriteLine($"? {sql}");
        using var command = new MySqlCommand(sql, connection);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        try
        {
            command.Prepare();
        }
        catch (MySqlException error)
        {
            Error(error);
            return;
        }
        Show(command);
        Show(command);
    }

    /// <summary>The server's error, or the driver's own.</summary>
    public static void Error(MySqlException error)
    {
        // A lost login hides the server's own error inside.
        var cause = error.InnerException as MySqlException ?? error;
        Console.WriteLine($"  error {cause.Number} {cause.SqlState} {cause.Message}");
    }

    private static void Show(MySqlCommand command)
    {
        try
        {
            // The driver answers nothing at all, rather than an error, when the statement was killed.
            using MySqlDataReader? reader = command.ExecuteReader();
            if (reader is null)
            {
                Console.WriteLine("  interrupted");
                return;
            }
            do
            {
                for (var i = 0; i < reader.FieldCount; i++)
                    Console.WriteLine($"  column {reader.GetName(i)} {reader.GetDataTypeName(i)} {reader.GetFieldType(i)}");
                while (reader.Read())
                    Console.WriteLine("  row" + string.Concat(Enumerable.Range(0, reader.FieldCount).Select(i => " | " + Text(reader, i))));
            }
            while (reader.NextResult());
            Console.WriteLine($"  affected {reader.RecordsAffected} id {command.LastInsertedId}");
        }
        catch (MySqlException error)
        {
            Error(error);
        }
    }

    private static string Text(MySqlDataReader reader, int column)
    {
        try
        {
            return reader.GetValue(column) switch
            {
                DBNull => "NULL",
                byte[] raw => "x" + Convert.ToHexStringLower(raw),
                string text => '"' + text.ReplaceLineEndings("\\n") + '"',
                DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
                var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
            };
        }
        // DECIMAL(65) and the years before 1 do not fit this platform's types.
        catch (Exception error) when (error is OverflowException or FormatException or ArgumentException
            or MySql.Data.Types.MySqlConversionException)
        {
            return error.GetType().Name;
        }
    }
}
