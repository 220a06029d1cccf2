//! The programs that are measured: what they get of this shell, and where they listen.

use std::{env, net::TcpListener, path::Path, process::Command};

use anyhow::{Context as _, Result};
use rustix::process::{Resource, getrlimit, setrlimit};

/// Sets how many files a process may usually open, and becomes the program.
const USUAL_FILE_LIMIT: &str = "ulimit -S -n 1024; exec \"$0\" \"$@\"";

/// With PATH and HOME only: somebody's own keys would send what is measured to their vendors.
#[must_use]
pub fn isolated(program: &Path) -> Command {
    let kept = ["PATH", "HOME"].map(|name| (name, env::var_os(name)));
    let kept = kept
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let mut command = Command::new(program);
    command.env_clear().envs(kept);
    command
}

/// As [`isolated`], with as many open files as a process may usually have, whatever this one has.
#[must_use]
pub fn with_usual_file_limit(program: &Path) -> Command {
    let mut command = isolated(Path::new("/bin/sh"));
    command.args(["-c", USUAL_FILE_LIMIT]).arg(program);
    command
}

/// Lets this process open `files`, or as many as its hard limit allows.
///
/// # Errors
/// When the system refuses.
pub fn raise_file_limit(files: u64) -> Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = Some(files.min(limit.maximum.unwrap_or(files)));
    setrlimit(Resource::Nofile, limit).context("cannot raise the limit on open files")
}

/// On loopback, and free at the time of asking.
///
/// # Errors
/// When the system has none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_nothing_of_the_environment_but_where_programs_and_its_home_are() -> Result<()>
    {
        let said = String::from_utf8(isolated(Path::new("env")).output()?.stdout)?;
        let mut names: Vec<_> = said
            .lines()
            .filter_map(|line| line.split('=').next())
            .collect();
        names.sort_unstable();
        assert_eq!(names, ["HOME", "PATH"]);
        Ok(())
    }
}
