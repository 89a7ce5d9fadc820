using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class RoutineBodyTests
{
    private const string Procedure = "CREATE DEFINER=`pool`@`%` PROCEDURE `p`(IN a INT, OUT `b` DECIMAL(10,2), c ENUM('x','y'))\n";

    [Theory]
    [InlineData("BEGIN END")]
    [InlineData("SELECT 1 INTO b")]
    [InlineData("COMMENT 'calls f(); @x' NOT DETERMINISTIC READS SQL DATA SQL SECURITY INVOKER BEGIN DECLARE x, y INT DEFAULT 5; SET x = a + y, b = 3; END")]
    [InlineData("BEGIN DECLARE EXIT HANDLER FOR SQLSTATE VALUE '42000', NOT FOUND, 1062 SET b = 1; SELECT 2; END")]
    [InlineData("main: BEGIN DECLARE c1 CURSOR FOR SELECT id FROM t; DECLARE done INT; DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1; OPEN c1; l: LOOP FETCH c1 INTO b; IF done THEN LEAVE l; ELSEIF a = 2 THEN ITERATE l; END IF; END LOOP; CLOSE c1; END")]
    [InlineData("BEGIN CASE a WHEN 1 THEN SELECT 1; ELSE SELECT CASE a WHEN 2 THEN 3 ELSE 4 END; END CASE; WHILE a < 3 DO SET a = a + 1; END WHILE; REPEAT SET a = 1; UNTIL a END REPEAT; END")]
    [InlineData("BEGIN START TRANSACTION; SAVEPOINT s; SELECT id FROM t FOR UPDATE; ROLLBACK TO s; RELEASE SAVEPOINT s; COMMIT; END")]
    [InlineData("BEGIN SELECT '@u GET_LOCK(1)' /* @x */; SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END")]
    [InlineData("BEGIN GET DIAGNOSTICS CONDITION 1 b = RETURNED_SQLSTATE; SELECT CONNECTION_ID(), COUNT(*); END")]
    [InlineData("SELECT REPEAT('x', 3), IF(a, 1, 2), REPLACE('a', 'b', 'c') FROM t WHERE a IN (1) LOCK IN SHARE MODE")]
    public void Harmless_code_leaves_nothing(string body)
    {
        var traits = Inspect(Procedure + body).Traits;
        Assert.Equal(StatementTraits.None, traits & ~(StatementTraits.CalcFoundRows | StatementTraits.MayChangeInsertId | StatementTraits.LocksOrWrites | StatementTraits.Savepoint));
    }

    [Theory]
    [InlineData("SET @x = 1", StatementTraits.UserVariables)]
    [InlineData("BEGIN SAVEPOINT s; END", StatementTraits.Savepoint)]
    [InlineData("BEGIN SELECT 1 INTO @x; END", StatementTraits.UserVariables)]
    [InlineData("BEGIN IF a THEN SELECT GET_LOCK('x', 1) INTO b; END IF; END", StatementTraits.UserLocks)]
    [InlineData("CREATE TEMPORARY TABLE x (i INT)", StatementTraits.TemporaryTable)]
    [InlineData("BEGIN DROP TEMPORARY TABLE x; END", StatementTraits.TemporaryTable)]
    [InlineData("BEGIN PREPARE s FROM 'SELECT 1'; END", StatementTraits.TextPrepare)]
    [InlineData("COMMENT 'x' DETERMINISTIC EXECUTE s", StatementTraits.TextPrepare)]
    [InlineData("BEGIN l: BEGIN EXECUTE s USING @a; END l; END", StatementTraits.TextPrepare)]
    [InlineData("BEGIN HANDLER t OPEN; END", StatementTraits.Handler)]
    [InlineData("BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND HANDLER t OPEN; END", StatementTraits.Handler)]
    [InlineData("BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION, SQLWARNING SET ROLE NONE; END", StatementTraits.Role)]
    [InlineData("BEGIN SET ROLE r; END", StatementTraits.Role)]
    [InlineData("SET RESOURCE GROUP r", StatementTraits.ResourceGroup)]
    [InlineData("BEGIN SET TRANSACTION READ ONLY; END", StatementTraits.TransactionCharacteristics)]
    [InlineData("BEGIN XA START 'a'; END", StatementTraits.Xa)]
    [InlineData("BEGIN FLUSH TABLES WITH READ LOCK; END", StatementTraits.OtherState)]
    [InlineData("BEGIN KILL 5; END", StatementTraits.Kills)]
    [InlineData("BEGIN LOCK TABLES t READ; END", StatementTraits.OtherState)]
    [InlineData("BEGIN COMMIT RELEASE; END", StatementTraits.OtherState)]
    [InlineData("BEGIN FROBNICATE t; END", StatementTraits.OtherState)]
    [InlineData("BEGIN SET timestamp = 5; END", StatementTraits.OtherState)]
    [InlineData("BEGIN SET @@session.session_track_schema = 0; END", StatementTraits.OtherState)]
    [InlineData("BEGIN SET SESSION gtid_next = 'x'; END", StatementTraits.OtherState)]
    [InlineData("BEGIN SELECT 'never closed; END", StatementTraits.OtherState)]
    [InlineData("BEGIN SELECT SQL_CALC_FOUND_ROWS 1; END", StatementTraits.CalcFoundRows)]
    [InlineData("BEGIN SELECT LAST_INSERT_ID() INTO b; END", StatementTraits.ReadsInsertId)]
    [InlineData("BEGIN SELECT LAST_INSERT_ID(7) INTO b; END", StatementTraits.MayChangeInsertId)]
    [InlineData("INSERT INTO t VALUES (1)", StatementTraits.MayChangeInsertId | StatementTraits.LocksOrWrites)]
    [InlineData("SELECT 1 FROM t FOR SHARE", StatementTraits.LocksOrWrites)]
    [InlineData("DROP TABLE t", StatementTraits.DefinesObjects)]
    [InlineData("SET GLOBAL sql_mode = ''", StatementTraits.SetsGlobals)]
    [InlineData("SELECT @@sql_mode", StatementTraits.ReadsVariables)]
    [InlineData("BEGIN SET sql_mode = ''; END", StatementTraits.SetsVariables)]
    [InlineData("BEGIN SET SESSION a = ''; END", StatementTraits.SetsVariables)]
    [InlineData("BEGIN SET b = 1, @@sql_safe_updates = 1; END", StatementTraits.SetsVariables)]
    [InlineData("BEGIN SET NAMES utf8mb4; END", StatementTraits.SetsVariables)]
    public void Code_tells_what_it_may_leave(string body, StatementTraits trait) =>
        Assert.Equal(trait, Inspect(Procedure + body).Traits & trait);

    [Fact]
    public void Locals_and_parameters_are_no_session_variables()
    {
        Assert.Equal(StatementTraits.None, Inspect(Procedure + "BEGIN DECLARE `sql_mode` INT; SET SQL_MODE = 1, B = 2, c = 3; END").Traits);
        Assert.Equal(StatementTraits.None, Inspect("CREATE TRIGGER `x` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.`timestamp` = 1, new.b = 2").Traits);
        Assert.Equal(StatementTraits.SetsVariables, Inspect("CREATE PROCEDURE `p`()\nSET b = 2").Traits);
    }

    [Theory]
    [InlineData("CREATE PROCEDURE `p`()\nCALL q", "?.q:Procedure")]
    [InlineData("CREATE PROCEDURE `p`()\nBEGIN CALL `s`.`Q`(1, f(2)); CALL q2; SELECT st.g (3), count(*); END", "?.f:Function ?.q2:Procedure s.q:Procedure st.g:Function")]
    [InlineData("CREATE FUNCTION `f`(n INT) RETURNS VARCHAR(10) CHARSET utf8mb4\nRETURN g(n)", "?.g:Function")]
    [InlineData("CREATE TRIGGER `x` BEFORE INSERT ON `t` FOR EACH ROW FOLLOWS y SET NEW.a = f(1)", "?.f:Function")]
    [InlineData("CREATE PROCEDURE `p`()\nBEGIN CALL `a``b`; SELECT a.b.c(1), `\u00e9`(); END", "\u0001.\u0001:Function \u0001.\u0001:Procedure ?.\u0001:Function")]
    [InlineData("CREATE PROCEDURE `p`()\nBEGIN DECLARE c CURSOR (x INT) FOR SELECT x; OPEN c(1); INSERT INTO t (a) VALUES (1); END", "")]
    public void Calls_are_found(string definition, string calls) =>
        Assert.Equal(calls, string.Join(' ', Inspect(definition).Calls.Select(c => $"{c.Schema ?? "?"}.{c.Name}:{c.Kind}").Order(StringComparer.Ordinal)));

    [Fact]
    public void Names_are_found_in_any_form()
    {
        var body = Inspect("CREATE PROCEDURE `p`()\nBEGIN INSERT INTO `DB`.Orders SELECT * FROM `\u00e9t\u00e9`; END");
        Assert.Superset(new HashSet<string> { "db", "orders", FoldedName.Odd }, body.Names.ToHashSet());
        Assert.True(body.Writes);
        Assert.False(Inspect("CREATE FUNCTION `f`() RETURNS INT\nRETURN (SELECT COUNT(*) FROM t)").Writes);
    }

    [Fact]
    public void The_mode_of_the_code_decides_what_a_string_is()
    {
        const string Body = "CREATE PROCEDURE `p`()\nBEGIN SELECT 'a\\'; SET @x = 'b'; END";
        Assert.Equal(StatementTraits.UserVariables, RoutineBody.Inspect(Encoding.UTF8.GetBytes(Body), LexerMode.NoBackslashEscapes).Traits & StatementTraits.UserVariables);
        Assert.Equal(StatementTraits.OtherState, Inspect(Body).Traits & StatementTraits.OtherState);
    }

    [Theory]
    [InlineData(LexerMode.None, StatementTraits.None)]
    [InlineData(LexerMode.MariaDb, StatementTraits.Sequences)]
    public void Sequences_are_MariaDbs(LexerMode mode, StatementTraits traits) => Assert.Equal(
        traits,
        RoutineBody.Inspect("CREATE FUNCTION `f`() RETURNS INT\nRETURN (SELECT NEXT VALUE FOR s)"u8, mode).Traits & StatementTraits.Sequences);

    [Fact]
    public void A_view_is_a_query()
    {
        var view = RoutineBody.InspectView("select `st`.`t`.`id` AS `x`,`f2`(`st`.`t`.`id`) AS `y`,get_lock('a\\'b',1) AS `z` from `st`.`t`"u8, LexerMode.AnsiQuotes);
        Assert.Equal(StatementTraits.UserLocks, view.Traits & StatementTraits.TouchesSession & ~StatementTraits.CalcFoundRows);
        Assert.Equal(new RoutineName(null, "f2", RoutineKind.Function), Assert.Single(view.Calls));
    }

    [Theory]
    [InlineData("")]
    [InlineData("CREATE PROCEDURE p(")]
    [InlineData("CREATE PROCEDURE p(a INT DEFAULT f(1)) SELECT 1")]
    [InlineData("CREATE TRIGGER t BEFORE INSERT ON x")]
    [InlineData("SELECT 1")]
    public void What_is_no_definition_may_do_anything(string text) =>
        Assert.Equal(StatementTraits.OtherState, Inspect(text).Traits & StatementTraits.OtherState);

    private static RoutineBody Inspect(string text) => RoutineBody.Inspect(Encoding.UTF8.GetBytes(text), LexerMode.None);
}
