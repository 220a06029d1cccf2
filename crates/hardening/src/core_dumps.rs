//! Protects the memory of the process, which holds keys.

use std::io;

/// Disables core dumps. On Linux, also keeps other programs of the same user from reading the memory
/// and the environment of the process.
///
/// After that, debuggers and profilers need root.
///
/// # Errors
/// When the system rejects the change, which no supported system does.
#[cfg(unix)]
pub fn disable_core_dumps() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    // The limit does not apply to core dumps that are piped to a program, as with systemd.
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Does nothing on this system.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn disable_core_dumps() -> io::Result<()> {
    Ok(())
}
