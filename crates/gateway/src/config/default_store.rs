//! Where records are stored if no file is set.
//!
//! The file is in the folder that the [XDG Base Directory Specification] has for the state of programs, not in the
//! current one: tools that watch a project would build it again after each trace, whose page would then load again and
//! send the next trace.
//!
//! [XDG Base Directory Specification]: https://specifications.freedesktop.org/basedir/latest/

use std::{env::home_dir, path::PathBuf};

const FILE: &str = "otel-web-gateway/traces.db";

/// Returns the path. Without a home folder, it is below the current one.
pub(super) fn file(env: &dyn Fn(&str) -> Option<String>) -> PathBuf {
    let state = env("XDG_STATE_HOME").map(PathBuf::from);
    let home = home_dir().map(|home| home.join(".local/state"));
    // A relative path is invalid, and ignored as the specification demands.
    let mut folders = state.into_iter().chain(home);
    let folder = folders.find(|folder| folder.is_absolute());
    folder.unwrap_or_default().join(FILE)
}
