//! The programs that are measured: what they get of this shell, and where they listen.

use std::{env, net::TcpListener, path::Path, process::Command};

use anyhow::Result;

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
