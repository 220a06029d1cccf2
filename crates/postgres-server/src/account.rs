//! The account that the server runs as.

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result};

/// PostgreSQL's own account, and one that every system has.
const INSTEAD_OF_ROOT: [&str; 2] = ["postgres", "nobody"];

/// The account of the server, if it is not that of this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account(Option<Ids>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ids {
    user: u32,
    group: u32,
}

impl Account {
    /// PostgreSQL refuses to run as root.
    pub(crate) fn find() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self(None));
        }
        let accounts = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        let mut ids = INSTEAD_OF_ROOT
            .iter()
            .filter_map(|name| ids(&accounts, name));
        let ids = ids.next().with_context(|| {
            format!(
                "PostgreSQL refuses to run as root, and there is no user {}",
                INSTEAD_OF_ROOT.join(" or ")
            )
        })?;
        Ok(Self(Some(ids)))
    }

    /// Returns a command that runs as this account, in a folder that every account can read.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/");
        if let Some(ids) = self.0 {
            command.uid(ids.user).gid(ids.group);
        }
        command
    }

    /// Gives a folder to the account.
    pub(crate) fn own(self, folder: &Path) -> Result<()> {
        if let Some(ids) = self.0 {
            chown(folder, Some(ids.user), Some(ids.group))
                .with_context(|| format!("cannot change the owner of {}", folder.display()))?;
        }
        Ok(())
    }
}

/// Finds an account in the text of `/etc/passwd`.
fn ids(accounts: &str, name: &str) -> Option<Ids> {
    let mut fields = accounts
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
    let user = fields.nth(1)?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    Some(Ids { user, group })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_third_and_fourth_fields() {
        let accounts = "root:x:0:0:root:/root:/bin/bash\n\
                        postgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";
        let expected = Ids {
            user: 101,
            group: 104,
        };
        assert_eq!(ids(accounts, "postgres"), Some(expected));
        assert_eq!(ids(accounts, "nobody"), None);
    }
}
