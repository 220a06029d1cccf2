//! PostgreSQL's programs.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

/// Where Debian and Ubuntu install them, below the major version.
const DEBIAN: &str = "/usr/lib/postgresql";
const NEEDED: [&str; 3] = ["initdb", "pg_isready", "postgres"];

/// The folder of PostgreSQL's programs.
#[derive(Clone, Debug)]
pub struct Programs(PathBuf);

impl Programs {
    /// The variable with the folder of the programs.
    pub const VARIABLE: &str = "CRUDDUR_POSTGRES_BIN";

    /// Finds the folder.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or the variable `CRUDDUR_POSTGRES_BIN` is wrong.
    pub fn find() -> Result<Self> {
        if let Some(named) = env::var_os(Self::VARIABLE).filter(|value| !value.is_empty()) {
            let folder = PathBuf::from(named);
            if is_complete(&folder) {
                return Ok(Self(folder));
            }
            bail!(
                "{}={} does not have {}: correct it, or unset it to search for them",
                Self::VARIABLE,
                folder.display(),
                NEEDED.join(", ")
            );
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let on_path = env::split_paths(&path);
        match debian()
            .into_iter()
            .chain(on_path)
            .find(|it| is_complete(it))
        {
            Some(folder) => Ok(Self(folder)),
            None => bail!(
                "PostgreSQL is not installed: install it (Debian and Ubuntu: `apt-get install \
                 postgresql`), or set {} to the folder with {}",
                Self::VARIABLE,
                NEEDED.join(", ")
            ),
        }
    }

    /// Returns the path of a program.
    #[must_use]
    pub fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

fn is_complete(folder: &Path) -> bool {
    NEEDED.iter().all(|program| folder.join(program).is_file())
}

/// Returns Debian's folders, the latest version first.
fn debian() -> Vec<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions: Vec<u32> = versions
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    let folder = |version: &u32| Path::new(DEBIAN).join(version.to_string()).join("bin");
    versions.iter().rev().map(folder).collect()
}
