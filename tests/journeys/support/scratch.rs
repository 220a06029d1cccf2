//! A temporary folder for each test: databases, logs, browser profile. It is not deleted if the test fails.

use std::path::{Path, PathBuf};

pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Creates a folder with the name of the test, which is the name of its thread.
    pub(crate) fn new() -> Self {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("test").replace("::", "-");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        // An earlier run that failed may have left files here.
        std::fs::remove_dir_all(&folder).ok();
        std::fs::create_dir_all(&folder).expect("a writable folder under target/tmp");
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("logs and databases of this test: {}", self.0.display());
        } else {
            std::fs::remove_dir_all(&self.0).ok();
        }
    }
}
