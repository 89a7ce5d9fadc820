using Pool.Actors.Settings;
using Pool.Testing;

namespace Pool.Actors.Tests.Settings;

public sealed class FingerprintTableTests
{
    private static readonly ConnectionClass s_class = new("main", FoundRows: false, LocalFiles: false);
    private readonly FingerprintTable _table = new();

    [Fact]
    public void Equal_settings_of_a_class_have_one_number_and_others_another()
    {
        var first = Hold("a");
        Assert.Equal(first, Hold("a"));
        Assert.NotEqual(first, Hold("b"));
        Assert.NotEqual(first, _table.Acquire(s_class with { FoundRows = true }, FakeVariables.In("a")));
        Assert.NotEqual(first, _table.Acquire(s_class, FakeVariables.In("a").WithMultiStatements(true)));
        Assert.NotEqual(first, _table.Acquire(s_class, FakeVariables.In("a").With("time_zone", "+01:00")));
        Assert.Equal(5, _table.Count);
    }

    [Fact]
    public void What_nobody_holds_keeps_its_number_and_its_entry_while_there_is_room()
    {
        var first = Hold("a");
        var entry = _table[first];
        _table.LetGo(first);
        Hold("b");
        Assert.Equal(first, Hold("a"));
        Assert.Same(entry, _table[first]);
    }

    [Fact]
    public void A_full_table_gives_the_places_of_those_that_were_let_go_in_that_order()
    {
        var all = Fill();
        Assert.Equal(Fingerprint.None, Hold("one more"));
        _table.LetGo(all[7]);
        _table.LetGo(all[3]);
        Assert.Equal(all[7], Hold("one more"));
        Assert.Equal("one more", _table.SettingsOf(all[7]).Database);
        Assert.Equal(all[3], Hold("another"));
        Assert.Equal(Fingerprint.None, Hold("too many"));
        Assert.Equal(FingerprintTable.Capacity, _table.Count);
    }

    [Fact]
    public void What_is_held_again_does_not_lose_its_place()
    {
        var all = Fill();
        _table.LetGo(all[7]);
        Assert.Equal(all[7], Hold("7"));
        Assert.Equal(Fingerprint.None, Hold("one more"));
        Assert.Equal("7", _table.SettingsOf(all[7]).Database);
    }

    [Fact]
    public void What_is_held_twice_is_let_go_twice()
    {
        var all = Fill();
        _table.Hold(all[7]);
        _table.LetGo(all[7]);
        Assert.Equal(Fingerprint.None, Hold("one more"));
        _table.LetGo(all[7]);
        Assert.Equal(all[7], Hold("one more"));
    }

    [Fact]
    public void What_is_painted_for_own_settings_is_held_by_them_and_let_go_with_them()
    {
        var own = _table.Acquire(s_class, FakeVariables.In("a").With("wait_timeout", "5"));
        var painted = _table[own].Painted;
        Assert.NotEqual(own, painted);
        Assert.Equal(FakeVariables.In("a"), _table.SettingsOf(painted));
        Assert.Equal(painted, _table[painted].Painted);
        Fill();
        Assert.Equal(painted, Hold("a"));
        _table.LetGo(painted);

        // First its own place, then that of what was painted for it.
        _table.LetGo(own);
        Assert.Equal(own, Hold("first more"));
        Assert.Equal(painted, Hold("second more"));
        Assert.Equal(Fingerprint.None, Hold("third more"));
    }

    [Fact]
    public void Own_settings_that_find_one_place_only_take_none()
    {
        var all = Fill();
        _table.LetGo(all[7]);
        Assert.Equal(Fingerprint.None, _table.Acquire(s_class, FakeVariables.In("x").With("wait_timeout", "5")));
        Assert.NotEqual(Fingerprint.None, Hold("one more"));
    }

    [Fact]
    public void Nothing_is_nothing_to_hold_or_let_go()
    {
        _table.Hold(Fingerprint.None);
        _table.LetGo(Fingerprint.None);
        Assert.False(_table.CanRepaint(Fingerprint.None, Hold("a")));
    }

    [Fact]
    public void A_connection_can_be_repainted_within_its_class_and_server_and_not_out_of_a_database()
    {
        var (none, a, b) = (_table.Acquire(s_class, FakeVariables.In(null)), Hold("a"), Hold("b"));
        Assert.True(_table.CanRepaint(none, a));
        Assert.True(_table.CanRepaint(a, b));
        Assert.False(_table.CanRepaint(a, none));
        Assert.False(_table.CanRepaint(a, _table.Acquire(s_class with { LocalFiles = true }, FakeVariables.In("a"))));
        var other = new VariableCatalogue(new FakeServer().Globals, [], FakeVariables.Collations);
        var elsewhere = new Baseline(other, [.. other.Variables.Select(v => FakeVariables.Baseline[v.Index])]);
        Assert.False(_table.CanRepaint(a, _table.Acquire(s_class, new SessionSettings(elsewhere, "a", false))));
    }

    [Fact]
    public void A_baseline_that_was_read_again_is_the_same_object()
    {
        string[] values = [.. FakeVariables.Catalogue.Variables.Select(v => FakeVariables.Baseline[v.Index])];
        var first = _table.NoteBaseline(FakeVariables.Catalogue, values, _table.BeginBaseline());
        Assert.Same(first, _table.NoteBaseline(FakeVariables.Catalogue, [.. values], _table.BeginBaseline()));
        var second = _table.NoteBaseline(FakeVariables.Catalogue, [.. values[..^1], "other"], _table.BeginBaseline());
        Assert.NotSame(first, second);
        Assert.Same(second, _table.Latest);
    }

    [Fact]
    public void No_number_is_given_to_others_while_somebody_holds_it()
    {
        var seed = Random.Shared.Next();
        Fill().ForEach(_table.LetGo);
        var wrong = 0;
        Parallel.For(0, 4, thread =>
        {
            var random = new Random(seed + thread);
            var held = new Queue<(Fingerprint Fingerprint, SessionSettings Settings)>();
            for (var i = 0; i < 20_000; i++)
            {
                var settings = FakeVariables.In($"{random.Next(40_000)}");
                settings = random.Next(4) == 0 ? settings.With("wait_timeout", "5") : settings;
                var fingerprint = _table.Acquire(s_class, settings);
                held.Enqueue((fingerprint, settings));
                if (held.Count > 50)
                {
                    var (oldest, must) = held.Dequeue();
                    var entry = _table[oldest];
                    var isRight = entry.Settings.Equals(must) && _table.SettingsOf(entry.Painted).Equals(must.Painted());
                    Interlocked.Add(ref wrong, isRight ? 0 : 1);
                    _table.LetGo(oldest);
                }
            }

            foreach (var (fingerprint, _) in held)
            {
                _table.LetGo(fingerprint);
            }
        });
        Assert.True(wrong == 0, $"{wrong} held numbers stood for other settings; seed {seed}");

        // Nobody holds anything: every place can be had.
        for (var i = 0; i < FingerprintTable.Capacity; i++)
        {
            Assert.True(Hold($"last {i}") != Fingerprint.None, $"place {i} is held by nobody and not given; seed {seed}");
        }
    }

    private Fingerprint Hold(string database) => _table.Acquire(s_class, FakeVariables.In(database));

    private List<Fingerprint> Fill()
    {
        var all = new List<Fingerprint>();
        for (var i = 0; Hold($"{i}") is var held && held != Fingerprint.None; i++)
        {
            all.Add(held);
        }

        return all;
    }
}
