//! The answer of a PostgreSQL server to a query.
//!
//! The rows come as the server sends them, as CSV, and are read as any CSV is: all cells are texts, what is NULL is empty,
//! and row n of a message is the n-th of the answer, where the header counts as row 1 and a line break inside a cell does
//! not count. Without ORDER BY the server may send the rows in another order each time; the register does not depend on
//! it, only these numbers do.
//!
//! The session can change nothing: it reads in one transaction that is READ ONLY and sees one state of the database
//! (REPEATABLE READ). Dates are written as 2026-01-05, and times with a zone as clocks in China show them, whatever the
//! server's settings are.
//!
//! There is no TLS here. A server on another machine is to be reached through a tunnel, or the network must be trusted.

use super::{Sink, text};
use crate::watch::{Silent, Watch, Work};
use postgres::config::SslMode;
use postgres::{Client, Config, CopyOutReader, NoTls};
use std::error::Error as _;
use std::fmt;
use std::io::{self, Read};
use std::time::Duration;
use yaohao::fault::{Code, Fault, Result};

/// How long a server may take to answer at all, unless the address says otherwise (`connect_timeout`).
const CONNECT: Duration = Duration::from_secs(10);
/// After so long without a byte, the connection itself is asked whether it is still there.
const ALIVE: Duration = Duration::from_secs(60);
/// What the session is like. The first line stays, the others are for the transaction.
const SESSION: &str = "SET default_transaction_read_only = on";
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL statement_timeout = '10min';
    SET LOCAL standard_conforming_strings = on;
    SET LOCAL datestyle = 'ISO';
    SET LOCAL intervalstyle = 'postgres';
    SET LOCAL timezone = 'Asia/Shanghai';
    SET LOCAL extra_float_digits = 1;
    SET LOCAL bytea_output = 'hex'";

/// A query, ready to be read.
pub struct Query {
    /// In a box, since it is far larger than other tables.
    client: Box<Client>,
    copy: String,
    /// Whether the transaction has failed or was left in the middle of an answer.
    is_spent: bool,
}

impl Query {
    /// Connects. The database is named as libpq names it, `postgres://user@host:5432/database` or
    /// `host=… user=… dbname=…`. A password that is not in there is taken from the environment variable PGPASSWORD: a plan
    /// is no place for passwords.
    pub(super) fn open(database: &str, sql: &str) -> Result<Self> {
        let sql = one_query(sql)?;
        // the crate's own message may quote from the address, in which there may be a password
        let unread = |_| says("the address cannot be read; it should be like postgres://user@host:5432/database");
        let mut config: Config = database.parse().map_err(unread)?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(says("sslmode=require: this program has no TLS; use a tunnel and sslmode=disable"));
        }
        if let (None, Ok(password)) = (config.get_password(), std::env::var("PGPASSWORD")) {
            config.password(password);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("yaohao");
        }
        config.keepalives_idle(config.get_keepalives_idle().min(ALIVE));
        let mut client = config.connect(NoTls).map_err(|error| fault(&error))?;
        client.batch_execute(SESSION).map_err(|error| fault(&error))?;
        client.batch_execute(BEGIN).map_err(|error| fault(&error))?;
        // the line break ends a comment that the query may end with
        let copy = format!("COPY (\n{sql}\n) TO STDOUT WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')");
        Ok(Self { client: Box::new(client), copy, is_spent: false })
    }

    pub(super) fn read(&mut self, rows: usize, watch: &dyn Watch, sink: &mut Sink<'_>) -> Result<()> {
        watch.begin(Work::Read, "", None);
        let read = self.read_rows(rows, watch, sink);
        watch.end();
        read
    }

    fn read_rows(&mut self, rows: usize, watch: &dyn Watch, sink: &mut Sink<'_>) -> Result<()> {
        if self.is_spent {
            self.client.batch_execute("ROLLBACK").map_err(|error| fault(&error))?;
            self.client.batch_execute(BEGIN).map_err(|error| fault(&error))?;
        }
        self.is_spent = true;
        let cancel = self.client.cancel_token();
        let stream = self.client.copy_out(&self.copy).map_err(|error| fault(&error))?;
        let mut answer = Answer { stream, is_over: false, fault: None };
        // the units of an answer of unknown size are rows
        let read = text::read_csv(&mut answer, b',', rows, &Silent, &mut |batch| {
            let flow = sink(batch)?;
            watch.advance(u64::try_from(batch.len()).unwrap_or(0));
            Ok(flow)
        });
        if let Some(fault) = answer.fault.take() {
            return Err(fault);
        }
        if !answer.is_over {
            // nobody wants the rest; if the server does not hear of it, it learns when the connection closes
            let _ = cancel.cancel_query(NoTls);
            return read;
        }
        drop(answer);
        read?;
        // only a transaction that is still good answers this: then nothing went wrong after the last row either
        self.client.batch_execute("SELECT").map_err(|error| fault(&error))?;
        self.is_spent = false;
        Ok(())
    }
}

/// The stream of the rows. It remembers what the server said when it failed, and that it has ended.
struct Answer<'a> {
    stream: CopyOutReader<'a>,
    is_over: bool,
    fault: Option<Fault>,
}

impl Read for Answer<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        // behind its end the stream would give the server's next message for an error
        if self.is_over || bytes.is_empty() {
            return Ok(0);
        }
        let read = self.stream.read(bytes);
        match &read {
            Ok(0) => self.is_over = true,
            Ok(_) => {}
            Err(error) => {
                self.is_over = true;
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<postgres::Error>());
                self.fault = Some(inner.map_or_else(|| says(error), fault));
            }
        }
        read
    }
}

fn says(detail: impl fmt::Display) -> Fault {
    Fault::new(Code::SourceDatabase).fact("detail", detail)
}

/// What the server said, or why there was no server to say anything.
fn fault(error: &postgres::Error) -> Fault {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => match said.detail() {
            Some(detail) => says(format_args!("{}: {detail}", said.message())),
            None => says(said.message()),
        },
        (None, Some(source)) => says(format_args!("{error}: {source}")),
        (None, None) => says(error),
    }
}

/// The text of a query without what ends it. The server takes one statement only as well; here it is said plainly, and
/// what the query is put into stays around it.
fn one_query(sql: &str) -> Result<&str> {
    let bare = bare(sql);
    let end = bare.iter().position(|byte| *byte == b';').unwrap_or(bare.len());
    let (query, behind) = bare.split_at(end);
    if behind.iter().any(|byte| *byte != b';' && !byte.is_ascii_whitespace()) {
        return Err(says("these are several statements; a source is one query"));
    }
    let first: Vec<u8> = query.iter().copied().skip_while(|byte| *byte == b'(' || byte.is_ascii_whitespace()).collect();
    let word = first.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_uppercase();
    if ![&b"SELECT"[..], b"WITH", b"TABLE", b"VALUES"].contains(&word.as_slice()) {
        return Err(says("a source is a query that begins with SELECT, WITH, TABLE or VALUES"));
    }
    let mut depth = 0_u64;
    for byte in query {
        depth = match byte {
            b'(' => depth + 1,
            b')' => depth.checked_sub(1).ok_or_else(|| says("a parenthesis closes in the query that never opened"))?,
            _ => depth,
        };
    }
    Ok(sql.get(..end).unwrap_or(sql))
}

/// SQL with blanks in place of comments, and quotation marks in place of all that is quoted.
fn bare(sql: &str) -> Vec<u8> {
    let mut bare = sql.as_bytes().to_vec();
    let mut at = 0;
    while let Some(rest) = sql.as_bytes().get(at..).filter(|rest| !rest.is_empty()) {
        let is_in_word = at > 0 && bare.get(at - 1).is_some_and(|byte| is_word(*byte));
        let (length, cover) = match rest {
            [b'-', b'-', ..] => (rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()), b' '),
            [b'/', b'*', ..] => (comment(rest), b' '),
            [b'"', ..] => (quoted(rest, 1, b'"', false), b'"'),
            [b'\'', ..] => (quoted(rest, 1, b'\'', false), b'"'),
            [b'E' | b'e', b'\'', ..] if !is_in_word => (quoted(rest, 2, b'\'', true), b'"'),
            [b'$', ..] if !is_in_word => match dollars(rest) {
                Some(length) => (length, b'"'),
                None => (1, b'$'),
            },
            [other, ..] => (1, *other),
            [] => break,
        };
        if let Some(covered) = bare.get_mut(at..at + length) {
            covered.fill(cover);
        }
        at += length;
    }
    bare
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Length of a comment in which there may be comments.
fn comment(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0_u64, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let step = match rest {
            [b'/', b'*', ..] => {
                depth += 1;
                2
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Length of a quotation that begins after `start` bytes. A doubled mark ends one and begins the next, which comes to the
/// same.
fn quoted(text: &[u8], start: usize, mark: u8, has_escapes: bool) -> usize {
    let mut at = start;
    while let Some(byte) = text.get(at) {
        at += if has_escapes && *byte == b'\\' { 2 } else { 1 };
        if *byte == mark {
            // behind a doubled mark the backslash keeps its meaning
            match text.get(at) {
                Some(next) if *next == mark => at += 1,
                _ => return at,
            }
        }
    }
    text.len()
}

/// Length of a quotation between `$…$`, if it is one.
fn dollars(text: &[u8]) -> Option<usize> {
    let end = 1 + text.get(1..)?.iter().position(|byte| !is_word(*byte) || *byte == b'$')?;
    let tag = text.get(..=end).filter(|tag| tag.last() == Some(&b'$'))?;
    if tag.get(1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let inside = text.get(tag.len()..)?;
    let length = inside.windows(tag.len()).position(|window| window == tag);
    Some(length.map_or(text.len(), |length| length + 2 * tag.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_query_is_taken_without_its_end() {
        for (sql, expected) in [
            ("SELECT 1", "SELECT 1"),
            (" select 1 ; ", " select 1 "),
            ("SELECT 1; -- and no more\n;", "SELECT 1"),
            ("SELECT 1 -- the end", "SELECT 1 -- the end"),
            (
                "-- first; (\n/* ) /* ; */ ; */ (TABLE a) UNION VALUES (1)",
                "-- first; (\n/* ) /* ; */ ; */ (TABLE a) UNION VALUES (1)",
            ),
            (
                "SELECT ';)', \"a;)\"\"\", 'it''s;)', E'\\';)', E'''\\';)' ;",
                "SELECT ';)', \"a;)\"\"\", 'it''s;)', E'\\';)', E'''\\';)' ",
            ),
            ("SELECT '\\', $$;)$$, $a$;)$$;)$a$, $1, a$b;", "SELECT '\\', $$;)$$, $a$;)$$;)$a$, $1, a$b"),
            ("WITH 表 AS (SELECT '；') TABLE 表", "WITH 表 AS (SELECT '；') TABLE 表"),
            ("VALUES (nextE'a;b')", "VALUES (nextE'a;b')"),
        ] {
            assert_eq!(one_query(sql).unwrap(), expected);
        }
    }

    #[test]
    fn more_or_other_than_a_query_is_refused() {
        for sql in [
            "SELECT 1; SELECT 2",
            "SELECT 1; DROP TABLE a",
            "DELETE FROM a",
            "",
            ";",
            "-- SELECT 1",
            "selection",
            "SELECT 1) TO PROGRAM 'sh' --",
            "SELECT 1 /* ; */ ; /* ; */ x",
            "SELECT 'a\\'; SELECT 'b'",
            "SELECT $a; SELECT $a",
        ] {
            assert_eq!(one_query(sql).map_err(|fault| fault.code()), Err(Code::SourceDatabase), "{sql}");
        }
    }

    #[test]
    fn an_address_is_never_repeated() {
        for database in
            ["postgres://u:se cret?x@host:nowhere/db", "password=secret nonsense", "postgres://u:a?secret=1@h/db"]
        {
            let fault = Query::open(database, "SELECT 1").err().unwrap();
            assert_eq!(fault.code(), Code::SourceDatabase);
            assert!(!fault.to_string().contains("secret"), "{fault}");
        }
        let fault = Query::open("postgres://u:secret@localhost/db?sslmode=require", "SELECT 1").err().unwrap();
        assert!(fault.to_string().contains("TLS") && !fault.to_string().contains("secret"), "{fault}");
    }
}
