//! The measured programs: their environment, their limits and their ports.

use std::{
    env,
    net::TcpListener,
    path::Path,
    process::Command,
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Resource, getrlimit, setrlimit};

/// Sets the usual limit on open files, then executes the program.
const USUAL_FILE_LIMIT: &str = "ulimit -S -n 1024; exec \"$0\" \"$@\"";

/// Returns a command with the variables PATH and HOME only, because a developer's own keys would send the measured
/// spans to their vendors.
#[must_use]
pub fn isolated(program: &Path) -> Command {
    let variables = ["PATH", "HOME"].map(|name| (name, env::var_os(name)));
    let variables = variables
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let mut command = Command::new(program);
    command.env_clear().envs(variables);
    command
}

/// Like [`isolated`], with the usual limit on open files instead of this process's limit.
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

/// The first of the ports that [`free_port`] returns. Systems assign ports above 32767.
const FIRST_PORT: u16 = 22_000;

/// How many ports a process has for itself, unless another one has the same id modulo [`PROCESSES`].
const PORTS_PER_PROCESS: u16 = 100;
const PROCESSES: u32 = 100;

/// Returns a port of the loopback interface on which nothing listens.
///
/// The port is outside of the range from which the system assigns ports, and no port is returned twice. So neither an
/// outgoing connection nor another call gets it before the caller listens on it.
///
/// # Errors
/// If all ports of this process have been returned or are in use.
pub fn free_port() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let slot = u16::try_from(std::process::id() % PROCESSES)?;
    loop {
        let offset = NEXT.fetch_add(1, Ordering::Relaxed);
        ensure!(offset < PORTS_PER_PROCESS, "all ports have been used");
        let port = FIRST_PORT + slot * PORTS_PER_PROCESS + offset;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_are_different() -> Result<()> {
        assert_ne!(free_port()?, free_port()?);
        Ok(())
    }

    #[test]
    fn isolated_program_gets_path_and_home_only() -> Result<()> {
        let printed = String::from_utf8(isolated(Path::new("env")).output()?.stdout)?;
        let mut names: Vec<_> = printed
            .lines()
            .filter_map(|line| line.split('=').next())
            .collect();
        names.sort_unstable();
        assert_eq!(names, ["HOME", "PATH"]);
        Ok(())
    }
}
