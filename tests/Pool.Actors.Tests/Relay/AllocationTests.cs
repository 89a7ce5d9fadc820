using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Pooling;
using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Relay;

/// <summary>The straight path allocates nothing, in the servers' own format and in the older one.</summary>
public sealed class AllocationTests
{
    private const int WarmUp = 2_000;
    private const int Measured = 1_000;

    // The garbage collector of the process, which other tests run in as well, takes arrays out of the shared pool: a window in which
    // that happened allocates one again. What a statement allocates shows in each of them.
    private const int Windows = 10;

    private const Capabilities Old = FakeClient.Flags & ~(Capabilities.DeprecateEof | Capabilities.SessionTrack);

    private static readonly byte[] s_select = Frame([[(byte)CommandCode.Query, .. "SELECT c FROM sbtest1 WHERE id = 5017"u8]], 0);
    private static readonly byte[] s_prepare = Frame([[(byte)CommandCode.StmtPrepare, .. "SELECT c FROM sbtest1 WHERE id = ?"u8]], 0);
    private static readonly byte[] s_execute = Frame([[(byte)CommandCode.StmtExecute, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 0, 9, 0, 0, 0]], 0);
    private static readonly byte[] s_prepared = Frame(FakeServerReply.Prepared(77, 1).Payloads, 1);
    private static readonly byte[] s_rows = Frame(FakeServerReply.Rows(ServerStatus.Autocommit, "c", ["value"]).Payloads, 1);
    private static readonly byte[] s_snapshot =
        Frame(FakeServerReply.Snapshot(ServerStatus.Autocommit, FakeVariables.Snapshot, 45).Payloads, 1);
    private static readonly byte[] s_ok = Frame(FakeServerReply.Ok(ServerStatus.Autocommit).Payloads, 1);

    [Theory]
    [InlineData(CommandCode.Query, FakeClient.Flags)]
    [InlineData(CommandCode.Query, Old)]
    [InlineData(CommandCode.StmtExecute, FakeClient.Flags)]
    [InlineData(CommandCode.StmtExecute, Old)]
    public async Task A_thousand_statements_allocate_nothing(CommandCode command, Capabilities flags)
    {
        var (sent, before, allocated) = (0, 0L, long.MaxValue);
        var client = new SyncTransport
        {
            Next = () =>
            {
                var (window, statement) = Math.DivRem(sent++ - WarmUp, Measured);
                if (statement == 0)
                {
                    var now = GC.GetAllocatedBytesForCurrentThread();
                    allocated = window > 0 ? Math.Min(allocated, now - before) : allocated;
                    before = now;
                }

                return window == Windows ? default : command == CommandCode.Query ? s_select : sent == 1 ? s_prepare : s_execute;
            },
        };
        await using var pool = await ServeAsync(client, flags);
        Assert.Equal(WarmUp + (Windows * Measured) + 1, sent);
        Assert.True(client.Sent >= (long)(WarmUp + (Windows * Measured)) * s_rows.Length, "not all statements were answered");
        Assert.True(allocated == 0, $"{allocated} bytes by {Measured} statements");
    }

    private static async Task<BackendPool> ServeAsync(SyncTransport client, Capabilities flags)
    {
        var time = new ManualTime();
        var fingerprints = FakeVariables.NewTable();
        var connectionClass = new ConnectionClass("main", FoundRows: false, LocalFiles: false);
        var options = new PoolOptions { Name = "db", DefaultClass = connectionClass, MaxConnections = 2, MinIdle = 1 };
        var metrics = new PoolMetrics();
        var pool = new BackendPool(options, new Connector(fingerprints), fingerprints, time, new Random(1), metrics, NullLogger.Instance);
        await pool.StartAsync();
        await TestNode.UntilAsync(() => pool.Snapshot().Idle == 1, "a connection is open");

        var backend = new Backend("db", pool, metrics, new LeaseLimits(), time)
        {
            Facts = new BackendFacts(ServerFlavour.MySql, "8.4.0", CollationCatalogue.From([], ""), false),
        };
        var services = new SessionServices(new SessionTable(1, new Random(1)), new SessionMetrics(), time, NullLogger.Instance);
        _ = new SessionAdmission(services, new RouteTable([]), new Dictionary<string, UserRights>());
        var listener = new ListenerContext { Name = "front", Backend = backend, MaxSessions = 1 };
        var needed = fingerprints.Acquire(connectionClass, new SessionSettings(FakeVariables.Baseline, null, multiStatements: true));
        var origin = new SessionOrigin("app", "front", backend, connectionClass, false);
        var session = new Session(services, services.Sessions.NextId(), listener, origin, client, flags, needed);
        services.Sessions.TryAdd(session);
        await session.ServeAsync();
        return pool;
    }

    private static byte[] Frame(IReadOnlyList<byte[]> payloads, byte sequence) =>
        [.. payloads.SelectMany(p => (byte[])[(byte)p.Length, (byte)(p.Length >> 8), 0, sequence++, .. p])];

    private sealed class Connector(FingerprintTable fingerprints) : IBackendConnector
    {
        public bool MayConnect => true;

        public void Ended(PooledConnection connection)
        {
        }

        public async ValueTask<ConnectOutcome> ConnectAsync(ConnectionClass connectionClass, CancellationToken cancel)
        {
            var server = new SyncTransport
            {
                Answer = command => (CommandCode)command.Span[4] switch
                {
                    CommandCode.Quit => default,
                    CommandCode.Query when command.Span[5..].StartsWith("SELECT c"u8) => s_rows,
                    CommandCode.Query when command.Span[5..].StartsWith("SELECT CAST"u8) => s_snapshot,
                    CommandCode.StmtPrepare => s_prepared,
                    CommandCode.StmtExecute when command.Span[5] == 77 => s_rows,
                    _ => s_ok,
                },
            };
            var identity = new BackendIdentity
            {
                ThreadId = 1,
                VersionText = "8.4.0",
                Flavour = ServerFlavour.MySql,
                Version = new Version(8, 4),
                Effective = BackendCapabilities.Needed,
                Transport = server,
            };
            var connection = new BackendConnection(identity, connectionClass, fingerprints, TimeProvider.System);
            await connection.ResetAsync(null, multiStatements: true, fingerprints.Catalogue);
            return new ConnectOutcome(connection, null);
        }
    }
}
