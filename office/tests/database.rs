//! Queries to a real server, which the tests start for themselves; without its programs they say that they did nothing.
#![cfg(feature = "postgres")]
#![allow(missing_docs, reason = "a test is no library")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::io::Write as _;
use std::net::TcpListener;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};
use support::Small;
use yaohao::fault::{Code, Fault, Result};
use yaohao_office::table::{Batch, Form, Table};
use yaohao_office::watch::{Silent, Watch, Work};

/// A row: its number and its cells.
type Cells = (u64, Vec<String>);

#[test]
fn cells_come_as_the_database_has_them() {
    let Some(server) = server() else { return };
    server.change(
        "CREATE TABLE firms (code text, name text, founded date, approved timestamptz, staff int8, capital numeric(18,2), open bool);
         INSERT INTO firms VALUES
         ('91330100MA00000018', '杭州示例\"甲\"有限公司, 一部', '2018-03-01', '2026-01-05 00:00+08', 12, 1234567.50, true),
         ('91330200MA00000026', E'宁波\\n示例\\r\\n乙厂', NULL, NULL, 9007199254740993, NULL, false),
         ('', NULL, '9999-12-31', '1988-07-01 00:00+09', -1, 0, NULL)",
    );
    let expected = [
        (1, vec!["code", "name", "founded", "approved", "staff", "capital", "open"]),
        (
            2,
            vec![
                "91330100MA00000018",
                "杭州示例\"甲\"有限公司, 一部",
                "2018-03-01",
                "2026-01-05 00:00:00+08",
                "12",
                "1234567.50",
                "t",
            ],
        ),
        (3, vec!["91330200MA00000026", "宁波\n示例\r\n乙厂", "", "", "9007199254740993", "", "f"]),
        (4, vec!["", "", "9999-12-31", "1988-07-01 00:00:00+09", "-1", "0.00", ""]),
    ];
    let expected = expected.map(|(row, cells)| (row, cells.into_iter().map(str::to_owned).collect::<Vec<_>>()));
    // the order is given, so that the numbers of rows can be compared
    for sql in ["SELECT * FROM firms ORDER BY capital DESC NULLS LAST, code DESC", "TABLE firms"] {
        let rows = rows(&mut Table::query(&server.url(), sql).unwrap()).unwrap();
        assert_eq!(rows.len(), 4);
        if sql.starts_with("TABLE") {
            assert_eq!(rows, expected);
        }
    }
    for sql in [
        "WITH a AS (SELECT 1 AS 数) TABLE a;",
        "VALUES (1) -- the end",
        "SELECT ';' AS a; -- the end",
        "(SELECT '--' AS a /* ; */)",
        "SELECT 1 AS \"a,\"\"b\"",
    ] {
        assert_eq!(rows(&mut Table::query(&server.url(), sql).unwrap()).unwrap().len(), 2, "{sql}");
    }
    let none = rows(&mut Table::query(&server.url(), "SELECT code FROM firms WHERE false").unwrap()).unwrap();
    assert_eq!(none, [(1, vec!["code".to_owned()])]);
}

/// A campaign whose targets come from a query gives the very file that the same rows give as CSV.
#[test]
fn a_register_that_is_the_answer_to_a_query() {
    let Some(server) = server() else { return };
    server.change(
        "CREATE TABLE registry (uscc text, risk text, matters text, area int, staff int, state text);
         INSERT INTO registry VALUES ('F2', 'D', 'yanhua', 3301, 20, NULL), ('F4', 'C', 'yanhua、guandao', 3302, 40, 'x'),
         ('F1', 'A', 'yanhua', 3301, 10, NULL), ('F5', 'A', 'yanhua', 3301, 50, NULL)",
    );
    let sql = "select uscc as id, risk as class, matters as items, area as region, state as status from registry";
    let file = "file = \"private/targets.csv\"\n";
    let query = format!("database = \"{}\"\nquery = \"{sql}\"\n", server.url());
    let small = Small { recusals: "target,inspector,category\n".to_owned(), ..Small::default() };
    let look = |small: &Small| {
        let folder = tempfile::tempdir().unwrap();
        let (campaign, _) = small.lay(folder.path());
        campaign.look(&support::time("2024-10-14T08:00:00Z"))
    };
    let asked = look(&small.clone().plan(file, &query)).unwrap();
    let csv = "id,class,items,region,status\nF1,A,yanhua,3301,\nF2,D,yanhua,3301,\nF4,C,yanhua;guandao,3302,x\nF5,A,yanhua,3301,\n";
    let read = look(&Small { targets: csv.to_owned(), ..small.clone() }).unwrap();
    assert_eq!(asked.files(), read.files());
    // the report names the database and never the password
    let name = &asked.intakes[0].sources[0].name;
    assert!(name.starts_with("postgres://") && !name.contains('@') && !name.contains("password"), "{name}");
    let refused = look(&small.clone().plan(file, &query.replace("registry", "nowhere"))).unwrap_err();
    assert_eq!(refused.faults[0].code(), Code::SourceDatabase);
    server.change("UPDATE registry SET uscc = 'F 1' WHERE uscc = 'F1'");
    let refused = look(&small.plan(file, &query.replace("from registry", "from registry order by staff"))).unwrap_err();
    let fault = &refused.faults[0];
    assert_eq!((fault.code(), fault.place().1, fault.place().2), (Code::IdForm, Some(2), Some("id")));
}

#[test]
fn an_answer_is_the_same_when_it_is_read_again() {
    let Some(server) = server() else { return };
    server.change("CREATE TABLE changing (a int); INSERT INTO changing VALUES (1)");
    let mut table = Table::query(&server.url(), "SELECT a FROM changing").unwrap();
    let first = rows(&mut table).unwrap();
    server.change("INSERT INTO changing VALUES (2)");
    assert_eq!(rows(&mut table).unwrap(), first);
}

#[test]
fn rows_come_while_the_server_still_works() {
    #[derive(Debug)]
    struct Count(Mutex<(u64, u64)>);
    impl Watch for Count {
        fn begin(&self, work: Work, _: &str, total: Option<u64>) {
            assert_eq!((work, total), (Work::Read, None));
        }
        fn advance(&self, units: u64) {
            self.0.lock().unwrap().0 += units;
        }
        fn end(&self) {
            self.0.lock().unwrap().1 += 1;
        }
    }
    let Some(server) = server() else { return };
    let sql = "SELECT n, '企业' || n AS name, repeat('x', 100) AS more FROM generate_series(1, 200000) AS n";
    let mut table = Table::query(&server.url(), sql).unwrap();
    let count = Count(Mutex::new((0, 0)));
    let (mut calls, mut next) = (0, 1);
    let read = table.read(None, 1000, &count, &mut |batch| {
        calls += 1;
        assert!(batch.len() <= 1000);
        for row in batch.rows() {
            assert_eq!((row.number, row.len()), (next, 3));
            assert!(next == 1 || row.cell(1).text == format!("企业{}", next - 1));
            assert!(row.cells().all(|cell| cell.form == Form::Text));
            next += 1;
        }
        Ok(ControlFlow::Continue(()))
    });
    read.unwrap();
    assert_eq!((calls, next, *count.0.lock().unwrap()), (201, 200_002, (200_001, 1)));
    // an answer that would never end, left after the first rows, and what the sink says
    let mut table = Table::query(&server.url(), "SELECT generate_series(1, 1000000000000)").unwrap();
    let begin = Instant::now();
    for _ in 0..2 {
        assert_eq!(table.read(None, 10, &count, &mut |_| Ok(ControlFlow::Break(()))), Ok(()));
    }
    let fault = table.read(None, 10, &count, &mut |_| Err(Fault::new(Code::IntakeEmpty))).unwrap_err();
    assert_eq!((fault.code(), count.0.lock().unwrap().1), (Code::IntakeEmpty, 4));
    drop(table);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn an_answer_that_breaks_off_is_a_fault() {
    let Some(server) = server() else { return };
    let broken = |sql: &str| {
        let mut table = Table::query(&server.url(), sql).unwrap();
        let mut seen = 0;
        let fault = table.read(None, 1000, &Silent, &mut |batch: &Batch| {
            seen += batch.len();
            Ok(ControlFlow::Continue(()))
        });
        (fault.unwrap_err(), seen, table)
    };
    let (fault, seen, mut table) = broken("SELECT 1 / (150000 - n) FROM generate_series(1, 200000) AS n");
    assert_eq!((fault.code(), fault.fill("{detail}").as_str()), (Code::SourceDatabase, "division by zero"));
    // the rows before it had come, as full batches
    assert_eq!(seen, 150_000);
    // asked again, it fails again, and does not complain of its own transaction
    assert_eq!(rows(&mut table).unwrap_err(), fault);
    let end = "SELECT CASE WHEN n = 1000 THEN pg_terminate_backend(pg_backend_pid()) END FROM generate_series(1, 100000) AS n";
    let (fault, _, _) = broken(end);
    assert_eq!(fault.code(), Code::SourceDatabase);
    // the server's last word may be lost with the connection
    let detail = fault.fill("{detail}");
    assert!(detail.contains("terminating connection") || detail.contains("connection closed"), "{fault}");
}

#[test]
fn what_the_server_refuses_is_told() {
    let Some(server) = server() else { return };
    let refused = |url: &str, sql: &str, expected: &str| {
        let fault = Table::query(url, sql).and_then(|mut table| rows(&mut table)).unwrap_err();
        assert_eq!(fault.code(), Code::SourceDatabase);
        let detail = fault.fill("{detail}");
        assert!(detail.contains(expected), "{detail}");
        assert!(!fault.to_string().contains(PASSWORD) && !detail.contains("postgres://"), "{fault}");
    };
    let url = server.url();
    refused(&url, "SELECT 1 FROM nowhere", "relation \"nowhere\" does not exist");
    refused(&url, "SELECT 1 FORM a b", "syntax error");
    refused(&url, "SELECT 1; SELECT 2", "several statements");
    refused(&url, "SELECT 1) TO PROGRAM 'touch /tmp/never' WITH (FORMAT csv) --", "parenthesis");
    refused(&url, "SELECT $1", "parameter");
    refused(&url.replace(PASSWORD, "wrong"), "SELECT 1", "password authentication failed");
    refused(&url.replace(&format!(":{PASSWORD}"), ""), "SELECT 1", "password missing");
    refused(&url.replace("/postgres", "/nowhere"), "SELECT 1", "database \"nowhere\" does not exist");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    refused(&url.replace(&server.port.to_string(), &closed.to_string()), "SELECT 1", "error connecting to server");
}

#[test]
fn nothing_can_be_changed() {
    let Some(server) = server() else { return };
    server.change(
        "CREATE TABLE kept (a int); INSERT INTO kept VALUES (1), (2); CREATE SEQUENCE counter;
         CREATE FUNCTION cunning() RETURNS int LANGUAGE sql AS 'DELETE FROM kept RETURNING a'",
    );
    for sql in [
        "WITH gone AS (DELETE FROM kept RETURNING a) SELECT * FROM gone",
        "SELECT cunning()",
        "SELECT nextval('counter')",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT a INTO other FROM kept",
        "SELECT a FROM kept FOR UPDATE",
    ] {
        let fault = Table::query(&server.url(), sql).and_then(|mut table| rows(&mut table)).unwrap_err();
        assert_eq!(fault.code(), Code::SourceDatabase, "{sql}");
    }
    assert!(Table::query(&server.url(), "DELETE FROM kept RETURNING a").is_err());
    let left = rows(&mut Table::query(&server.url(), "SELECT count(*) AS n FROM kept").unwrap()).unwrap();
    assert_eq!(left, [(1, vec!["n".to_owned()]), (2, vec!["2".to_owned()])]);
}

#[test]
fn a_password_may_stand_in_the_environment() {
    let Some(server) = server() else { return };
    // this process must not change its own environment: other tests read it
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_with_a_password", "--ignored"])
        .env("PGPASSWORD", PASSWORD)
        .env("YAOHAO_TEST_DATABASE", format!("host=127.0.0.1 port={} user=office dbname=postgres", server.port))
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"));
}

#[test]
#[ignore = "run by another test, with a password in its environment"]
fn child_with_a_password() {
    let Ok(database) = std::env::var("YAOHAO_TEST_DATABASE") else { return };
    assert_eq!(rows(&mut Table::query(&database, "SELECT 1").unwrap()).unwrap().len(), 2);
}

fn rows(table: &mut Table) -> Result<Vec<Cells>> {
    let mut rows = Vec::new();
    table.read(None, 1000, &Silent, &mut |batch| {
        rows.extend(batch.rows().map(|row| (row.number, row.cells().map(|cell| cell.text.to_owned()).collect())));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(rows)
}

const PASSWORD: &str = "made-up-4711";

/// A server of its own folder, stopped when the last test that uses it is done.
struct Server {
    port: u16,
    programs: PathBuf,
    folder: tempfile::TempDir,
    child: Mutex<Child>,
}

/// The server that other tests use at this time, or a new one.
fn server() -> Option<Arc<Server>> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(server) = shared.upgrade() {
        return Some(server);
    }
    let Some(programs) = programs() else {
        // past the capture of the test runner: a test that did nothing must not look as if it had passed
        let _ = writeln!(std::io::stderr(), "SKIPPED: no PostgreSQL server (initdb, postgres) to test queries with");
        return None;
    };
    let server = Arc::new(Server::start(programs));
    *shared = Arc::downgrade(&server);
    Some(server)
}

/// The folder of the server's programs: in PATH, or where Debian keeps them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    folders.into_iter().find(|folder| ["initdb", "postgres", "pg_ctl"].iter().all(|name| folder.join(name).is_file()))
}

impl Server {
    fn start(programs: PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let password = folder.path().join("password");
        std::fs::write(&password, PASSWORD).unwrap();
        if let Some(user) = other_user() {
            let owned = Command::new("chown").arg("-R").arg(user).arg(folder.path()).status();
            assert!(owned.unwrap().success());
        }
        let data = folder.path().join("data");
        let made = as_user(&programs.join("initdb"), folder.path())
            .args(["--username=office", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg(format!("--pwfile={}", password.display()))
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = as_user(&programs.join("postgres"), folder.path())
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            // settings that a session must not depend on
            .args(["-c", "timezone=UTC", "-c", "datestyle=German", "-c", "intervalstyle=iso_8601"])
            .arg("-k")
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { port, programs, folder, child: Mutex::new(child) };
        let begin = Instant::now();
        while let Err(fault) = Table::query(&server.url(), "SELECT 1") {
            assert!(begin.elapsed() < Duration::from_secs(60), "the server does not start: {fault}");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    fn url(&self) -> String {
        format!("postgres://office:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    /// Does what no query of ours can do.
    fn change(&self, sql: &str) {
        postgres::Client::connect(&self.url(), postgres::NoTls).unwrap().batch_execute(sql).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = as_user(&self.programs.join("pg_ctl"), self.folder.path());
        let stopped = stop.args(["stop", "-m", "immediate", "-D"]).arg(self.folder.path().join("data")).output();
        let mut child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !stopped.is_ok_and(|stopped| stopped.status.success()) {
            let _ = child.kill();
        }
        let _ = child.wait();
    }
}

/// Root may not run a server: then somebody else does.
fn other_user() -> Option<&'static str> {
    let id = Command::new("id").arg("-u").output().map(|id| id.stdout).unwrap_or_default();
    if id.trim_ascii() != b"0" {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    Some(if users.lines().any(|line| line.starts_with("postgres:")) { "postgres" } else { "nobody" })
}

fn as_user(program: &Path, folder: &Path) -> Command {
    let mut command = match other_user() {
        Some(user) => {
            // setpriv becomes the program that it starts, so that it can be waited for
            let mut command = Command::new("setpriv");
            command.arg(format!("--reuid={user}")).args(["--clear-groups", "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    // the folder of the repository may be closed to that user
    command.current_dir(folder).env("LC_ALL", "C");
    command
}
