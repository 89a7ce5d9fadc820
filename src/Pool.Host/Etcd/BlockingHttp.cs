using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Pool.Host.Etcd;

/// <summary>
/// The least of HTTP/1.1 that posts a small body to one server and reads a small answer, over one connection that is kept, with blocking
/// system calls on the thread that asks. For one thread.
/// </summary>
internal sealed class BlockingHttp(Uri server, EtcdTls? tls, TimeSpan timeout) : IDisposable
{
    private const int LargestAnswerBytes = 64 << 10;
    private IPAddress[] _addresses = IPAddress.TryParse(server.DnsSafeHost, out var literal) ? [literal] : [];
    private Stream? _stream;

    /// <summary>Posts JSON. Throws <see cref="IOException"/> with what failed; the next call connects anew.</summary>
    public (int Status, byte[] Body) Post(string path, string? authorization, byte[] body)
    {
        try
        {
            _stream ??= Connect();
            var head = $"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n"
                + (authorization is null ? "\r\n" : $"Authorization: {authorization}\r\n\r\n");
            _stream.Write([.. Encoding.Latin1.GetBytes(head), .. body]);
            return ReadAnswer(_stream);
        }
        catch (Exception e)
        {
            // Whatever came, or did not: the thread that renews a lease goes on, with another connection.
            Dispose();
            throw e as IOException ?? new IOException(e.Message, e);
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private Stream Connect()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,

            // On Linux also the limit of connecting.
            SendTimeout = (int)timeout.TotalMilliseconds,
            ReceiveTimeout = (int)timeout.TotalMilliseconds,
        };
        try
        {
            socket.Connect(Resolve(), server.Port);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return tls is null ? stream : Secure(stream, tls);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private SslStream Secure(NetworkStream stream, EtcdTls tls)
    {
        var secure = new SslStream(stream);
        secure.AuthenticateAsClient(tls.Options(server.DnsSafeHost));
        return secure;
    }

    // Names are resolved by the thread pool: if that takes too long, what was right before has to do.
    private IPAddress[] Resolve()
    {
        if (!IPAddress.TryParse(server.DnsSafeHost, out _))
        {
            var resolving = Dns.GetHostAddressesAsync(server.DnsSafeHost);
            _addresses = Task.WaitAny([resolving], timeout) == 0 && resolving.IsCompletedSuccessfully ? resolving.Result : _addresses;
        }

        return _addresses.Length > 0 ? _addresses : throw new IOException($"{server.DnsSafeHost} has no known address");
    }

    private static (int Status, byte[] Body) ReadAnswer(Stream stream)
    {
        var answer = new AnswerReader(stream);
        var first = answer.ReadLine().Split(' ');
        if (first.Length < 2 || !int.TryParse(first[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw new IOException("the answer is not HTTP");
        }

        var length = 0;
        var isChunked = false;
        for (var line = answer.ReadLine(); line.Length > 0; line = answer.ReadLine())
        {
            var (name, value) = line.Split(':', 2) is [var n, var v] ? (n, v.Trim()) : ("", "");
            length = name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? int.Parse(value, CultureInfo.InvariantCulture) : length;
            isChunked |= name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) && value.Equals("chunked", StringComparison.OrdinalIgnoreCase);
        }

        return (status, isChunked ? answer.ReadChunks() : answer.ReadBytes(length));
    }

    /// <summary>Reads an answer piece by piece, and no more than a small one has.</summary>
    private sealed class AnswerReader(Stream stream)
    {
        private int _read;

        public string ReadLine()
        {
            var line = new StringBuilder();
            for (var next = ReadByte(); next != '\n'; next = ReadByte())
            {
                line.Append((char)next);
            }

            return line.ToString().TrimEnd('\r');
        }

        public byte[] ReadBytes(int count)
        {
            Count(count);
            var bytes = new byte[count];
            stream.ReadExactly(bytes);
            return bytes;
        }

        public byte[] ReadChunks()
        {
            var body = new List<byte>();
            while (int.Parse(ReadLine().Split(';')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) is > 0 and var size)
            {
                body.AddRange(ReadBytes(size));
                ReadLine();
            }

            // What follows the last chunk ends with an empty line.
            while (ReadLine().Length > 0)
            {
            }

            return [.. body];
        }

        private byte ReadByte()
        {
            Count(1);
            return stream.ReadByte() is >= 0 and var next ? (byte)next : throw new IOException("the connection was closed");
        }

        private void Count(int bytes)
        {
            if (bytes < 0 || (_read += bytes) > LargestAnswerBytes)
            {
                throw new IOException($"the answer is not one of {LargestAnswerBytes} bytes at most");
            }
        }
    }
}
