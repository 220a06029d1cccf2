//! Reads `DATABASE_URL`: which file, and that it is one.

use std::{path::Path, str::FromStr};

use anyhow::{Context, bail, ensure};
use sqlx::sqlite::SqliteConnectOptions;

const EXAMPLE: &str = "write sqlite: and the path of a file, such as sqlite:cruddur.db";

/// The options to open the file of this address with.
///
/// # Errors
/// When the address names no file that every connection could share and write to. SQLite would
/// open a private database for each connection, and fail later with "no such table".
pub(super) fn options(url: &str) -> anyhow::Result<SqliteConnectOptions> {
    let shown = || format!("DATABASE_URL is `{url}`: {EXAMPLE}");
    let Some(rest) = url.strip_prefix("sqlite:") else {
        // Not shown: addresses of other databases have passwords in them.
        bail!("DATABASE_URL does not begin with `sqlite:`: {EXAMPLE}");
    };
    let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.strip_prefix("//").unwrap_or(path);
    ensure!(!path.trim().is_empty(), "{}; it names no file", shown());
    check_path(path).with_context(shown)?;
    for parameter in parameters.split('&').filter(|it| !it.is_empty()) {
        check_parameter(parameter).with_context(shown)?;
    }
    let options = SqliteConnectOptions::from_str(url).with_context(shown)?;
    let file = options.get_filename();
    ensure!(
        !file.is_dir(),
        "{}; {} is a folder",
        shown(),
        file.display()
    );
    Ok(options)
}

fn check_path(path: &str) -> anyhow::Result<()> {
    ensure!(
        !path.contains(":memory:"),
        "a database in memory belongs to one connection and ends with it"
    );
    ensure!(
        !path.starts_with("file:"),
        "SQLite's own `file:` addresses are not supported"
    );
    ensure!(
        !path.contains(['\0', '#']),
        "the path has a sign that no address carries: percent-encode it"
    );
    ensure!(
        !path.ends_with('/') && Path::new(path).file_name().is_some(),
        "the path is a folder's"
    );
    Ok(())
}

fn check_parameter(parameter: &str) -> anyhow::Result<()> {
    match parameter {
        "mode=rwc" | "mode=rw" => Ok(()),
        "mode=memory" | "cache=shared" => {
            bail!("`{parameter}`: a database in memory belongs to one connection and ends with it")
        }
        "mode=ro" | "immutable=1" | "immutable=true" => {
            bail!("`{parameter}`: the server has to write")
        }
        _ => bail!("`{parameter}` is not a parameter that the server knows; leave it out"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_with_and_without_slashes() {
        for (url, file) in [
            ("sqlite:cruddur.db", "cruddur.db"),
            ("sqlite://cruddur.db", "cruddur.db"),
            ("sqlite:///var/lib/cruddur.db", "/var/lib/cruddur.db"),
            ("sqlite:/var/lib/cruddur.db?mode=rwc", "/var/lib/cruddur.db"),
            ("sqlite:a%20b.db", "a b.db"),
            ("sqlite:./data/x.db", "./data/x.db"),
        ] {
            assert_eq!(
                options(url).unwrap().get_filename(),
                Path::new(file),
                "{url}"
            );
        }
    }

    #[test]
    fn an_address_without_a_file_says_what_to_write() {
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
            let error = format!("{:#}", options(url).unwrap_err());
            assert!(
                error.contains("DATABASE_URL") && error.contains("sqlite:cruddur.db"),
                "{url}: {error}"
            );
        }
    }
}
