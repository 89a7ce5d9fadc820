using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class ConstantReadTests
{
    [Theory]
    [InlineData("select @@version_comment limit 1", Constancy.Session, "version_comment")]
    [InlineData("SELECT VERSION()", Constancy.Session, "")]
    [InlineData("SELECT VERSION() as `version`;", Constancy.Session, "")]
    [InlineData("select version ( ) v", Constancy.Session, "")]
    [InlineData(
        "SELECT @@max_allowed_packet,@@system_time_zone,@@time_zone,@@auto_increment_increment", Constancy.Session,
        "max_allowed_packet system_time_zone time_zone auto_increment_increment")]
    [InlineData(
        "/* mysql-connector-java-8.0.16 (Revision: 3) */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@SQL_MODE AS 'a' 'b'",
        Constancy.Session, "auto_increment_increment sql_mode")]
    [InlineData("SELECT @@global.time_zone, @@Local.x \"y\", 1, 'it''s' AS `a``b`, 5 five LIMIT 5 -- end", Constancy.WhileGlobalsHold, "global.time_zone x")]
    public void Variables_and_literals_are_constant(string sql, Constancy constancy, string variables) =>
        Assert.Equal((constancy, variables), Inspect(sql));

    [Theory]
    [InlineData("")]
    [InlineData("SELECT")]
    [InlineData("SELECT ,")]
    [InlineData("SELECT *")]
    [InlineData("SHOW VARIABLES")]
    [InlineData("SELECT DATABASE()")]
    [InlineData("SELECT VERSION")]
    [InlineData("SELECT VERSION(), CONNECTION_ID()")]
    [InlineData("SELECT d.version()")]
    [InlineData("SELECT `version`()")]
    [InlineData("SELECT @@version FROM t")]
    [InlineData("SELECT @@version INTO @a")]
    [InlineData("SELECT @@version INTO OUTFILE 'x'")]
    [InlineData("SELECT @@version x FOR UPDATE")]
    [InlineData("SELECT @@version WHERE 1")]
    [InlineData("SELECT @@version UNION SELECT 1")]
    [InlineData("SELECT @@version LIMIT")]
    [InlineData("SELECT @@version LIMIT 1, 2")]
    [InlineData("SELECT @@version; SELECT 1")]
    [InlineData("SELECT @@version + 1")]
    [InlineData("SELECT @@`version`")]
    [InlineData("SELECT @@persist.version")]
    [InlineData("SELECT @@validate_password.policy")]
    [InlineData("SELECT @@warning_count")]
    [InlineData("SELECT @@global.gtid_executed")]
    [InlineData("SELECT @@identity")]
    [InlineData("SELECT @@pseudo_thread_id")]
    [InlineData("SELECT @@timestamp")]
    [InlineData("SELECT @a")]
    [InlineData("SELECT @@version AS")]
    [InlineData("SELECT SQL_CALC_FOUND_ROWS 1")]
    [InlineData("(SELECT @@version)")]
    [InlineData("SELECT /*+ SET_VAR(sql_mode='') */ @@sql_mode")]
    [InlineData("SELECT @@version /*! , NOW() */")]
    [InlineData("SELECT @@version /* x")]
    [InlineData("SELECT 'x")]
    public void Anything_else_is_asked_of_the_server(string sql) => Assert.Equal(Constancy.No, Inspect(sql).Constancy);

    private static (Constancy Constancy, string Variables) Inspect(string sql)
    {
        var variables = new List<string>();
        var constancy = ConstantRead.Inspect(Encoding.ASCII.GetBytes(sql), LexerMode.None, variables);
        return (constancy, string.Join(' ', variables));
    }
}
