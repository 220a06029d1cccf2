//! The process's memory, which holds keys, stays in the process.

use std::io;

/// Turns core files off and, on Linux, keeps other programs of the same user from reading the
/// process's memory and environment.
///
/// Debuggers and profilers need root from then on.
///
/// # Errors
/// When the system refuses, which no supported one does.
#[cfg(unix)]
pub fn protect_memory() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    // A program that takes core files, as systemd's does, is not asked for the limit.
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Does nothing on this system.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn protect_memory() -> io::Result<()> {
    Ok(())
}
