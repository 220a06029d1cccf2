//! Parses `DATABASE_URL`.

use std::{fmt, path::Path, str::FromStr};

use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};
use url::Url;

const EXAMPLE: &str = "write sqlite: and the path of a file, such as sqlite:cruddur.db";
const POSTGRES_EXAMPLE: &str = "write postgres://user:password@host:5432/database, with special characters \
                                percent-encoded";
/// The parameters of a PostgreSQL URL. sqlx would log the value of any other.
const POSTGRES_PARAMETERS: [&str; 4] = ["sslmode", "sslrootcert", "sslcert", "sslkey"];

/// The URL of a database.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// An SQLite file that every connection can share and write to.
    Sqlite(Box<SqliteConnectOptions>),
    /// A database on a PostgreSQL server.
    Postgres(Box<PgConnectOptions>),
}

/// The error for a URL that does not name a usable database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseUrlError {
    /// Another database. The URL is not repeated, because it may contain a password.
    #[error(
        "DATABASE_URL begins with neither `sqlite:` nor `postgres:`: {EXAMPLE}, or {POSTGRES_EXAMPLE}"
    )]
    OtherDatabase,
    /// Not a PostgreSQL URL. It is not repeated, because it may contain a password.
    #[error("DATABASE_URL is no usable PostgreSQL URL: {reason}; {POSTGRES_EXAMPLE}")]
    Postgres {
        /// Why it cannot be used.
        reason: String,
    },
    /// The path or a parameter cannot be used.
    #[error("DATABASE_URL is `{url}`: {reason}; {EXAMPLE}")]
    Invalid {
        /// The URL.
        url: String,
        /// Why it cannot be used.
        reason: String,
    },
    /// The path is not percent-encoded UTF-8.
    #[error("DATABASE_URL is `{url}`: {EXAMPLE}")]
    Unreadable {
        /// The URL.
        url: String,
        /// Why it cannot be parsed.
        source: sqlx::Error,
    },
}

/// Without the password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(options) => f.debug_tuple("Sqlite").field(options).finish(),
            Self::Postgres(options) => f
                .debug_tuple("Postgres")
                .field(&options.get_host())
                .field(&options.get_database())
                .finish(),
        }
    }
}

impl DatabaseUrl {
    /// Parses a URL such as `sqlite:cruddur.db` or `postgres://user@host/database`.
    ///
    /// # Errors
    /// A PostgreSQL URL lacks a part or has an unknown one, or an SQLite URL names no file that every
    /// connection can share and write to. SQLite would open a private database for each connection,
    /// and fail later with "no such table".
    pub fn parse(url: &str) -> Result<Self, DatabaseUrlError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return parse_postgres(url)
                .map(|options| Self::Postgres(Box::new(options)))
                .map_err(|reason| DatabaseUrlError::Postgres { reason });
        }
        let rest = url
            .strip_prefix("sqlite:")
            .ok_or(DatabaseUrlError::OtherDatabase)?;
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.strip_prefix("//").unwrap_or(path);
        let mut reasons = parameters.split('&').filter_map(parameter_problem);
        if let Some(reason) = path_problem(path).or_else(|| reasons.next()) {
            return Err(invalid(url, reason));
        }
        let options = SqliteConnectOptions::from_str(url).map_err(|source| {
            let url = url.to_owned();
            DatabaseUrlError::Unreadable { url, source }
        })?;
        let file = options.get_filename();
        if file.is_dir() {
            return Err(invalid(url, format!("{} is a directory", file.display())));
        }
        Ok(Self::Sqlite(Box::new(options)))
    }
}

/// Checks what sqlx would replace by a default or ignore. The reason does not repeat any part that
/// may be a password.
fn parse_postgres(text: &str) -> Result<PgConnectOptions, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let mut parameters = url.query_pairs();
    let unknown = parameters.find(|(name, _)| !POSTGRES_PARAMETERS.contains(&&**name));
    if unknown.is_some() {
        return Err(format!(
            "it has a parameter other than {}",
            POSTGRES_PARAMETERS.join(", ")
        ));
    }
    let problem = if url.host_str().is_none_or(str::is_empty) {
        "the host is missing"
    } else if url.username().is_empty() {
        "the user is missing"
    } else if url.path().trim_matches('/').is_empty() {
        "the name of the database is missing"
    } else if url.fragment().is_some() {
        "it has a `#` that is not percent-encoded"
    } else {
        return PgConnectOptions::from_str(text)
            .map_err(|_| "a part cannot be decoded, or `sslmode` is unknown".to_owned());
    };
    Err(problem.to_owned())
}

fn invalid(url: &str, reason: String) -> DatabaseUrlError {
    let url = url.to_owned();
    DatabaseUrlError::Invalid { url, reason }
}

fn path_problem(path: &str) -> Option<String> {
    let problem = if path.trim().is_empty() {
        "the path is empty"
    } else if path.contains(":memory:") {
        "an in-memory database belongs to one connection"
    } else if path.starts_with("file:") {
        "SQLite's `file:` URLs are not supported"
    } else if path.contains(['\0', '#']) {
        "the path has a character that must be percent-encoded"
    } else if path.ends_with('/') || Path::new(path).file_name().is_none() {
        "the path is that of a directory"
    } else {
        return None;
    };
    Some(problem.to_owned())
}

fn parameter_problem(parameter: &str) -> Option<String> {
    match parameter {
        "" | "mode=rwc" | "mode=rw" => None,
        "mode=memory" | "cache=shared" => Some(format!(
            "`{parameter}`: an in-memory database belongs to one connection"
        )),
        "mode=ro" | "immutable=1" | "immutable=true" => Some(format!(
            "`{parameter}`: the server needs to write to the file"
        )),
        _ => Some(format!("the parameter `{parameter}` is not supported")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_parse_with_and_without_slashes() {
        for (url, file) in [
            ("sqlite:cruddur.db", "cruddur.db"),
            ("sqlite://cruddur.db", "cruddur.db"),
            ("sqlite:///var/lib/cruddur.db", "/var/lib/cruddur.db"),
            ("sqlite:/var/lib/cruddur.db?mode=rwc", "/var/lib/cruddur.db"),
            ("sqlite:a%20b.db", "a b.db"),
            ("sqlite:./data/x.db", "./data/x.db"),
        ] {
            let Ok(DatabaseUrl::Sqlite(options)) = DatabaseUrl::parse(url) else {
                panic!("{url}")
            };
            assert_eq!(options.get_filename(), Path::new(file), "{url}");
        }
    }

    #[test]
    fn url_without_a_usable_file_is_an_error_with_an_example() {
        for url in [
            "",
            "sqlite",
            "sqlite:",
            "sqlite: ",
            "sqlite://",
            "sqlite:///",
            "sqlite:?mode=rwc",
            "sqlite::memory:",
            "sqlite://:memory:",
            "sqlite:file::memory:?cache=shared",
            "sqlite:x.db?mode=memory",
            "sqlite:x.db?mode=ro",
            "sqlite:x.db?immutable=1",
            "sqlite:x.db?journal=wal",
            "sqlite:.",
            "sqlite:..",
            "sqlite:/tmp",
            "sqlite:data/",
            "sqlite:x.db#y",
            "SQLITE:x.db",
            "cruddur.db",
            "mysql://localhost/cruddur",
        ] {
            let error = DatabaseUrl::parse(url).err().unwrap().to_string();
            assert!(
                error.contains("DATABASE_URL") && error.contains("sqlite:cruddur.db"),
                "{url}: {error}"
            );
        }
    }

    #[test]
    fn postgres_urls_parse_with_all_parts() {
        for (url, host, port, database) in [
            (
                "postgres://a:b@db.example/cruddur",
                "db.example",
                5432,
                "cruddur",
            ),
            (
                "postgresql://a@127.0.0.1:6543/x%20y",
                "127.0.0.1",
                6543,
                "x y",
            ),
            (
                "postgres://a:p%40%2F%23@[::1]/c?sslmode=require",
                "[::1]",
                5432,
                "c",
            ),
        ] {
            let Ok(DatabaseUrl::Postgres(options)) = DatabaseUrl::parse(url) else {
                panic!("{url}")
            };
            assert_eq!(options.get_host(), host);
            assert_eq!(options.get_port(), port);
            assert_eq!(options.get_database(), Some(database));
        }
        let socket = "postgres://a@%2Fvar%2Frun%2Fpostgresql/cruddur";
        assert!(DatabaseUrl::parse(socket).is_ok());
    }

    #[test]
    fn invalid_postgres_url_is_an_error_with_an_example_and_no_password() {
        for url in [
            "postgres:",
            "postgres://",
            "postgres://hunter2@/cruddur",
            "postgres://a:hunter2@localhost",
            "postgres://a:hunter2@localhost/",
            "postgres://localhost/hunter2",
            "postgres://a:hunter2@localhost:port/cruddur",
            "postgres://a:hunter2@localhost:99999/cruddur",
            "postgres://a:hunter2#@localhost/cruddur",
            "postgres://a:hunter2%ff@localhost/cruddur",
            "postgres://a@localhost/cruddur?pasword=hunter2",
            "postgres://a@localhost/cruddur?password=hunter2",
            "postgres://a:hunter2@localhost/cruddur?sslmode=hunter2",
            "POSTGRES://a:hunter2@localhost/cruddur",
        ] {
            let error = DatabaseUrl::parse(url).err().unwrap().to_string();
            assert!(
                error.contains("DATABASE_URL") && error.contains("postgres://user:password@host"),
                "{url}: {error}"
            );
            assert!(!error.contains("hunter2"), "{url}: {error}");
        }
    }
}
