//! The process's memory, which holds keys, stays in the process.

/// From here on a crash writes no core file, to whatever place the system would put it. On
/// Linux other programs of the same user cannot read memory and environment either.
#[cfg(unix)]
pub(crate) fn keep_inside() -> anyhow::Result<()> {
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

#[cfg(not(unix))]
pub(crate) fn keep_inside() -> anyhow::Result<()> {
    Ok(())
}
