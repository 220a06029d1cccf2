//! A folder of symbol files.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use logging::LogLimit;
use tracing::{info, warn};
use wasm_symbols::{BuildId, Symbols};

use crate::log_text::LOG_INTERVAL;

/// The limit of one file, in bytes. The file of Cruddur's page has half a MiB.
const MAX_FILE_BYTES: u64 = 32 << 20;
/// The limits of files in memory. The one that was not used for longest is dropped first.
const MAX_LOADED_FILES: usize = 8;
const MAX_LOADED_BYTES: u64 = 64 << 20;

/// The symbol files in a folder, each of which is read when a stack trace needs it.
#[derive(Debug)]
pub(crate) struct SymbolFiles {
    folder: Option<PathBuf>,
    /// The last used one first.
    loaded: Mutex<Vec<File>>,
    log: LogLimit,
}

/// A file that was read, or that cannot be used.
#[derive(Debug)]
struct File {
    build_id: BuildId,
    version: Version,
    symbols: Option<Arc<Symbols>>,
}

/// Changes with the content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl SymbolFiles {
    /// Uses the files `<build id>.symbols` of a folder. Without a folder, no stack trace is changed.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            loaded: Mutex::default(),
            log: LogLimit::new(LOG_INTERVAL),
        }
    }

    /// Returns whether stack traces may be changed.
    pub(crate) fn is_on(&self) -> bool {
        self.folder.is_some()
    }

    /// Returns a text that changes when files are added to the folder.
    pub(crate) fn revision(&self) -> Option<String> {
        let metadata = fs::metadata(self.folder.as_deref()?).ok()?;
        let since = metadata.modified().ok()?;
        let since = since.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(format!("{:x}", since.as_nanos()))
    }

    /// Returns the stack trace with the names of functions, or `None` if that changes nothing. `page` is the build that the
    /// page has named.
    pub(super) fn resolve(&self, stack: &str, page: Option<&str>) -> Option<String> {
        let folder = self.folder.as_deref()?;
        let page = page.and_then(|id| id.parse().ok());
        wasm_symbols::resolve(stack, page, &mut |id| self.find(folder, id))
    }

    fn find(&self, folder: &Path, build_id: BuildId) -> Option<Arc<Symbols>> {
        let path = folder.join(file_name(build_id));
        let version = match fs::metadata(&path) {
            Ok(metadata) => Version {
                bytes: metadata.len(),
                modified: metadata.modified().ok(),
            },
            Err(error) => {
                self.log_missing(&path, &error);
                return None;
            }
        };
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let known = loaded.iter().position(|file| file.build_id == build_id);
        let known = known.map(|index| loaded.remove(index));
        let file = known.filter(|file| file.version == version);
        let file = file.unwrap_or_else(|| self.load(&path, build_id, version));
        let symbols = file.symbols.clone();
        loaded.insert(0, file);
        drop_oldest(&mut loaded);
        symbols
    }

    /// Reads a file. One that cannot be used is remembered, so that it is not read for each stack trace.
    fn load(&self, path: &Path, build_id: BuildId, version: Version) -> File {
        let symbols = match read(path, build_id, version.bytes) {
            Ok(symbols) => {
                let (file, functions) = (path.display(), symbols.len());
                info!(%file, functions, "read symbol file");
                Some(Arc::new(symbols))
            }
            Err(reason) => {
                if self.log.admit("unusable").is_some() {
                    let file = path.display();
                    warn!(%file, reason, "cannot use symbol file; stack traces of its build have no function names");
                }
                None
            }
        };
        File {
            build_id,
            version,
            symbols,
        }
    }

    /// Pages may send any id, so the lines are limited.
    fn log_missing(&self, path: &Path, error: &io::Error) {
        if let Some(admitted) = self.log.admit("missing") {
            let (file, suppressed) = (path.display(), admitted.suppressed);
            info!(
                %file, %error, suppressed,
                "no symbol file for a stack trace; copy it there to see its function names"
            );
        }
    }
}

/// Returns the name of the file with the symbols of a build.
pub(super) fn file_name(build_id: BuildId) -> String {
    format!("{build_id}.symbols")
}

fn drop_oldest(loaded: &mut Vec<File>) {
    let bytes = |files: &[File]| -> u64 {
        let used = files.iter().filter(|file| file.symbols.is_some());
        used.map(|file| file.version.bytes).sum()
    };
    while loaded.len() > MAX_LOADED_FILES || bytes(loaded) > MAX_LOADED_BYTES {
        loaded.pop();
    }
}

fn read(path: &Path, build_id: BuildId, bytes: u64) -> Result<Symbols, String> {
    if bytes > MAX_FILE_BYTES {
        return Err(format!("it is larger than {} MiB", MAX_FILE_BYTES >> 20));
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let symbols: Symbols = text
        .parse()
        .map_err(|error: wasm_symbols::SymbolsError| error.to_string())?;
    if symbols.build_id() != build_id {
        let other = symbols.build_id();
        return Err(format!("it has the symbols of build {other}: rename it"));
    }
    Ok(symbols)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(number: u64) -> BuildId {
        format!("{number:016x}").parse().unwrap()
    }

    fn text(build_id: BuildId, name: &str) -> String {
        let body = format!("otel-web symbols 1\nbuild {build_id}\nfunctions 1\n3 10 20 {name}\n");
        format!("{body}crc32 {:08x}\n", crc32fast::hash(body.as_bytes()))
    }

    fn resolved(files: &SymbolFiles, build_id: BuildId) -> Option<String> {
        let stack = format!("    at {build_id} (a.wasm:wasm-function[3]:0x12)");
        files.resolve(&stack, None)
    }

    fn named(name: &str) -> Option<String> {
        Some(format!("    at {name} (a.wasm:wasm-function[3]:0x12)"))
    }

    #[test]
    fn file_is_picked_by_build_and_read_again_after_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let files = SymbolFiles::new(Some(folder.path().to_owned()));
        assert_eq!(resolved(&files, build(1)), None);
        let path = folder.path().join(file_name(build(1)));
        fs::write(&path, text(build(1), "shop::buy")).unwrap();
        assert_eq!(resolved(&files, build(1)), named("shop::buy"));
        assert_eq!(resolved(&files, build(2)), None);
        fs::write(&path, text(build(1), "shop::purchase")).unwrap();
        assert_eq!(resolved(&files, build(1)), named("shop::purchase"));
        fs::remove_file(&path).unwrap();
        assert_eq!(resolved(&files, build(1)), None);
    }

    #[test]
    fn unusable_file_gives_no_names() {
        let folder = tempfile::tempdir().unwrap();
        let files = SymbolFiles::new(Some(folder.path().to_owned()));
        let good = text(build(1), "shop::buy");
        let path = folder.path().join(file_name(build(1)));
        for content in ["", "hello", &good[..good.len() - 4], &text(build(2), "a")] {
            fs::write(&path, content).unwrap();
            assert_eq!(resolved(&files, build(1)), None, "{content}");
        }
        fs::remove_file(&path).unwrap();
        fs::File::create(&path)
            .unwrap()
            .set_len(MAX_FILE_BYTES + 1)
            .unwrap();
        assert_eq!(resolved(&files, build(1)), None);
        let error = read(&path, build(1), MAX_FILE_BYTES + 1).unwrap_err();
        assert!(error.contains("32 MiB"), "{error}");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(resolved(&files, build(1)), None);
    }

    #[test]
    fn number_of_files_in_memory_is_limited() {
        let folder = tempfile::tempdir().unwrap();
        let files = SymbolFiles::new(Some(folder.path().to_owned()));
        for number in 0..20 {
            let path = folder.path().join(file_name(build(number)));
            fs::write(path, text(build(number), "shop::buy")).unwrap();
            assert_eq!(resolved(&files, build(number)), named("shop::buy"));
        }
        let loaded = files.loaded.lock().unwrap();
        assert_eq!(loaded.len(), MAX_LOADED_FILES);
        assert_eq!(loaded[0].build_id, build(19));
    }

    #[test]
    fn revision_changes_when_a_file_is_added() {
        let folder = tempfile::tempdir().unwrap();
        let files = SymbolFiles::new(Some(folder.path().to_owned()));
        let before = files.revision().unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        fs::File::open(folder.path())
            .unwrap()
            .set_modified(later)
            .unwrap();
        assert_ne!(files.revision().unwrap(), before);
        assert_eq!(SymbolFiles::new(None).revision(), None);
    }
}
