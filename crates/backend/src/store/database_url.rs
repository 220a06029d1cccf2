//! Parses `DATABASE_URL`.

use std::{path::Path, str::FromStr};

use sqlx::sqlite::SqliteConnectOptions;

const EXAMPLE: &str = "write sqlite: and the path of a file, such as sqlite:cruddur.db";

/// The URL of an SQLite file that every connection can share and write to.
#[derive(Clone, Debug)]
pub struct DatabaseUrl(SqliteConnectOptions);

/// The error for a URL that does not name such a file.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseUrlError {
    /// Another database. The URL is not repeated, because it may contain a password.
    #[error("DATABASE_URL does not begin with `sqlite:`: {EXAMPLE}")]
    NotSqlite,
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

impl DatabaseUrl {
    /// Parses a URL such as `sqlite:cruddur.db`.
    ///
    /// # Errors
    /// The URL names no file that every connection can share and write to. SQLite would open a
    /// private database for each connection, and fail later with "no such table".
    pub fn parse(url: &str) -> Result<Self, DatabaseUrlError> {
        let rest = url
            .strip_prefix("sqlite:")
            .ok_or(DatabaseUrlError::NotSqlite)?;
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
        Ok(Self(options))
    }

    pub(super) fn into_options(self) -> SqliteConnectOptions {
        self.0
    }
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
            let options = DatabaseUrl::parse(url).unwrap().into_options();
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
            "postgres://localhost/cruddur",
        ] {
            let error = DatabaseUrl::parse(url).unwrap_err().to_string();
            assert!(
                error.contains("DATABASE_URL") && error.contains("sqlite:cruddur.db"),
                "{url}: {error}"
            );
        }
    }
}
