//! Reads every statement: SQLite numbers `$n` by first appearance, PostgreSQL by
//! its number; they agree only where the text does.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;
use tokio_postgres::types::FromSql;

use crate::postgres::Session;
use crate::tx::Statement;
use crate::value::Value;

/// Every statement of the room.
fn all() -> Vec<(&'static str, &'static [Statement])> {
    vec![
        ("access_review", crate::access_review::STATEMENTS),
        ("alert", crate::alert::STATEMENTS),
        ("application/code", crate::application::code::STATEMENTS),
        ("application/mod", crate::application::STATEMENTS),
        ("application/paper", crate::application::paper::STATEMENTS),
        ("attempts", crate::attempts::STATEMENTS),
        ("campaign/merchant", crate::campaign::merchant::STATEMENTS),
        ("campaign/mod", crate::campaign::STATEMENTS),
        ("campaign/target", crate::campaign::target::STATEMENTS),
        ("case", crate::case::STATEMENTS),
        ("case/audit", crate::case::audit::STATEMENTS),
        ("case/counter", crate::case::counter::STATEMENTS),
        ("challenge", crate::challenge::STATEMENTS),
        ("command", crate::command::STATEMENTS),
        ("comment", crate::comment::STATEMENTS),
        ("credential", crate::credential::STATEMENTS),
        ("deed", crate::deed::STATEMENTS),
        ("deposit", crate::deposit::STATEMENTS),
        ("erasure", crate::erasure::STATEMENTS),
        ("event", crate::event::STATEMENTS),
        ("health", crate::health::STATEMENTS),
        ("history", crate::history::STATEMENTS),
        ("idempotency", crate::idempotency::STATEMENTS),
        ("in_hand", crate::in_hand::STATEMENTS),
        ("journal", crate::journal::STATEMENTS),
        ("ledger", crate::ledger::STATEMENTS),
        ("meta", crate::meta::STATEMENTS),
        ("offline", crate::offline::STATEMENTS),
        ("outbox", crate::outbox::STATEMENTS),
        ("party/acquirer", crate::party::acquirer::STATEMENTS),
        ("party/contact", crate::party::contact::STATEMENTS),
        (
            "party/contact_change",
            crate::party::contact_change::STATEMENTS,
        ),
        ("party/enrolment", crate::party::enrolment::STATEMENTS),
        (
            "party/manager_session",
            crate::party::manager_session::STATEMENTS,
        ),
        (
            "party/manager_sign_in",
            crate::party::manager_sign_in::STATEMENTS,
        ),
        ("party/managers", crate::party::managers::STATEMENTS),
        ("party/merchant", crate::party::merchant::STATEMENTS),
        ("party/operator", crate::party::operator::STATEMENTS),
        ("party/staff", crate::party::staff::STATEMENTS),
        (
            "party/staff_session",
            crate::party::staff_session::STATEMENTS,
        ),
        ("party/terminal", crate::party::terminal::STATEMENTS),
        ("question_set", crate::question_set::STATEMENTS),
        ("report", crate::report::STATEMENTS),
        ("reset_code", crate::reset_code::STATEMENTS),
        ("restore", crate::restore::STATEMENTS),
        ("scan", crate::scan::STATEMENTS),
        ("seal", crate::seal::STATEMENTS),
        ("session", crate::session::STATEMENTS),
        ("snapshot", crate::snapshot::STATEMENTS),
        ("spending", crate::spending::STATEMENTS),
        ("trade", crate::trade::STATEMENTS),
        ("upload", crate::upload::STATEMENTS),
        ("watch", crate::watch::STATEMENTS),
    ]
}

/// The numbers of the parameters in the order of the text.
fn parameters(sql: &str) -> Vec<usize> {
    sql.split('$')
        .skip(1)
        .map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().unwrap()
        })
        .collect()
}

#[test]
fn every_file_with_statements_is_read() {
    fn files(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if std::fs::read_to_string(&path)
                .unwrap()
                .contains("\nstatements! {")
            {
                found.insert(path.with_extension("").display().to_string());
            }
        }
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    files(&source, &mut found);
    let prefix = format!("{}/", source.display());
    let found: Vec<&str> = found
        .iter()
        .map(|path| path.strip_prefix(&prefix).unwrap())
        .collect();
    let listed: Vec<&str> = all().into_iter().map(|(file, _)| file).collect();
    assert_eq!(found, listed);
}

#[test]
fn parameters_are_numbered_in_order_of_first_appearance() {
    for (file, statements) in all() {
        for statement in statements {
            for sql in [statement.sql, statement.postgres] {
                let mut highest = 0;
                for parameter in parameters(sql) {
                    assert!(
                        parameter <= highest + 1 && parameter > 0,
                        "{file}: {}: ${parameter} after ${highest}",
                        statement.name
                    );
                    highest = highest.max(parameter);
                }
            }
        }
    }
}

#[test]
fn every_statement_prepares_and_binds_by_position() {
    let directory = tempfile::tempdir().unwrap();
    drop(super::open(directory.path(), crate::CheckpointFile::Checked).unwrap());
    let connection = Connection::open(directory.path().join("tillkey.db")).unwrap();
    for (file, statements) in all() {
        for statement in statements {
            let prepared = connection
                .prepare(statement.sql)
                .unwrap_or_else(|error| panic!("{file}: {}: {error}", statement.name));
            for index in 1..=prepared.parameter_count() {
                assert_eq!(
                    prepared.parameter_name(index),
                    Some(format!("${index}").as_str())
                );
            }
        }
    }
}

#[test]
fn every_statement_prepares_on_postgres() {
    let address = super::server().database("statements");
    let mut session = Session::open(&address).unwrap();
    for (file, statements) in all() {
        for statement in statements {
            let prepared = session
                .prepared(*statement)
                .unwrap_or_else(|fault| panic!("{file}: {}: {fault:?}", statement.name));
            let columns = prepared.columns().iter().map(tokio_postgres::Column::type_);
            for ty in prepared.params().iter().chain(columns) {
                assert!(
                    <Value as FromSql<'_>>::accepts(ty),
                    "{file}: {}: {ty} is none of our values; cast it",
                    statement.name
                );
            }
        }
    }
}

/// What only one of the engines has, by table.
const OF_ONE_ENGINE: [&str; 4] = [
    "commits",
    "events_waiting",
    "events_with_waiting",
    "writers",
];

/// The tables with their columns, in which a null may stand where there is a `?`.
fn columns(rows: Vec<String>) -> BTreeSet<String> {
    let is_of_both = |row: &String| {
        OF_ONE_ENGINE
            .iter()
            .all(|table| !row.starts_with(&format!("{table}.")))
    };
    rows.into_iter().filter(is_of_both).collect()
}

#[test]
fn both_schemas_are_one() {
    let directory = tempfile::tempdir().unwrap();
    drop(super::open(directory.path(), crate::CheckpointFile::Checked).unwrap());
    let connection = Connection::open(directory.path().join("tillkey.db")).unwrap();
    let sqlite = |sql: &str| -> Vec<String> {
        let mut prepared = connection.prepare(sql).unwrap();
        let rows = prepared.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let address = super::server().database("schema");
    let mut session = Session::open(&address).unwrap();
    let mut postgres = |sql: &str| -> Vec<String> {
        let all = session.look::<Vec<String>>("read the schema", sql).unwrap();
        all.unwrap()
    };
    let of_sqlite = columns(sqlite(
        "SELECT m.name || '.' || c.name || ' ' || \
         CASE c.type WHEN 'INTEGER' THEN 'bigint' WHEN 'BLOB' THEN 'bytea' ELSE 'text' END || \
         CASE c.\"notnull\" WHEN 1 THEN '' ELSE '?' END \
         FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
    ));
    let of_postgres = columns(postgres(
        "SELECT array_agg(table_name || '.' || column_name || ' ' || data_type || \
         CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END) \
         FROM information_schema.columns WHERE table_schema = 'public'",
    ));
    assert_eq!(of_sqlite, of_postgres);
    let of_sqlite = columns(sqlite(
        "SELECT tbl_name || '.' || name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    ));
    let of_postgres = columns(postgres(
        "SELECT array_agg(tablename || '.' || indexname) FROM pg_indexes \
         WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_pkey' \
         AND indexname NOT LIKE '%\\_key'",
    ));
    assert_eq!(of_sqlite, of_postgres);
}

#[test]
fn no_statement_is_of_one_engine_only() {
    let banned = [
        "AUTOINCREMENT",
        "datetime(",
        "strftime(",
        "julianday(",
        "rowid",
        "INSERT OR",
        "REPLACE INTO",
        "GLOB",
        "PRAGMA",
        "SELECT *",
        "ifnull(",
        "::",
        "ILIKE",
        "hex(",
        "last_insert",
        "?",
    ];
    for (file, statements) in all() {
        for statement in statements {
            for word in banned {
                assert!(
                    !statement.sql.to_lowercase().contains(&word.to_lowercase()),
                    "{file}: {}: {word}",
                    statement.name
                );
            }
        }
    }
}

#[test]
fn names_of_statements_are_unique() {
    let mut seen = BTreeSet::new();
    for (file, statements) in all() {
        for statement in statements {
            assert!(seen.insert(statement.name), "{file}: {}", statement.name);
        }
    }
}
