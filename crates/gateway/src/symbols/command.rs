//! The subcommands `symbols` and `symbolicate`.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use wasm_symbols::{ModuleError, Symbols, SymbolsError, build_ids, has_frames, resolve, separate};

use super::files::file_name;

/// The limit of a stack trace, in bytes.
const MAX_STACK_BYTES: u64 = 16 << 20;

/// Works with symbol files, without a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SymbolsCommand {
    /// Take the function names out of modules.
    Separate {
        /// The modules, which are replaced.
        modules: Vec<PathBuf>,
        /// The folder for symbol files.
        out: PathBuf,
    },
    /// Put function names into a stack trace.
    Resolve {
        /// The symbol files.
        files: Vec<PathBuf>,
    },
}

/// Why a command about symbols failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SymbolsCommandError {
    /// A file or a stream cannot be read or written.
    #[error("cannot use {path}")]
    File {
        /// The path.
        path: String,
        /// Why it cannot be used.
        source: io::Error,
    },
    /// The names cannot be taken out of a module.
    #[error("cannot take names out of {path}")]
    Module {
        /// The path.
        path: String,
        /// Why.
        source: ModuleError,
    },
    /// A symbol file cannot be used.
    #[error("cannot use symbol file {path}")]
    Symbols {
        /// The path.
        path: String,
        /// Why.
        source: SymbolsError,
    },
    /// No function of the stack trace has a name in the files.
    #[error("{0}")]
    NoNames(String),
}

impl SymbolsCommand {
    /// Runs the command. Reads a stack trace from standard input, and writes to standard output.
    ///
    /// # Errors
    /// When a file cannot be used, or no function name is found.
    pub fn run(&self) -> Result<(), SymbolsCommandError> {
        match self {
            Self::Separate { modules, out } => {
                for module in modules {
                    let written = write(module, out)?;
                    print(&format!("{}\n", written.display()))?;
                }
                Ok(())
            }
            Self::Resolve { files } => {
                let mut stack = String::new();
                let input = io::stdin().take(MAX_STACK_BYTES);
                io::BufReader::new(input)
                    .read_to_string(&mut stack)
                    .map_err(failed("standard input"))?;
                print(&named(&stack, files)?)
            }
        }
    }
}

/// Takes the function names out of a module, and replaces it. Returns the path of the symbol file in the folder `out`.
fn write(module: &Path, out: &Path) -> Result<PathBuf, SymbolsCommandError> {
    let bytes = fs::read(module).map_err(failed(module))?;
    let separated = separate(&bytes).map_err(|source| SymbolsCommandError::Module {
        path: module.display().to_string(),
        source,
    })?;
    fs::create_dir_all(out).map_err(failed(out))?;
    let path = out.join(file_name(separated.symbols.build_id()));
    // First, so that no module is without its symbols.
    fs::write(&path, separated.symbols.to_string()).map_err(failed(&path))?;
    fs::write(module, separated.module).map_err(failed(module))?;
    Ok(path)
}

/// Returns the stack trace with names from the files.
fn named(stack: &str, files: &[PathBuf]) -> Result<String, SymbolsCommandError> {
    let known: Vec<_> = files
        .iter()
        .map(|path| read(path))
        .collect::<Result<_, _>>()?;
    let find = &mut |id| {
        let found = known.iter().find(|symbols| symbols.build_id() == id);
        found.map(Arc::clone)
    };
    // Who names one file, knows that it is the right one for frames without a build.
    let page = match &*known {
        [only] => Some(only.build_id()),
        _ => None,
    };
    resolve(stack, page, find).ok_or_else(|| SymbolsCommandError::NoNames(reason(stack)))
}

fn reason(stack: &str) -> String {
    if !has_frames(stack) {
        return "the stack trace has no calls of WebAssembly functions without a name".to_owned();
    }
    let ids: Vec<_> = build_ids(stack).iter().map(ToString::to_string).collect();
    if ids.is_empty() {
        return "the calls are not of the module whose symbols these are".to_owned();
    }
    format!(
        "the calls are of build {}, pass its symbol file",
        ids.join(", ")
    )
}

fn read(path: &Path) -> Result<Arc<Symbols>, SymbolsCommandError> {
    let text = fs::read_to_string(path).map_err(failed(path))?;
    let symbols = text
        .parse()
        .map_err(|source| SymbolsCommandError::Symbols {
            path: path.display().to_string(),
            source,
        })?;
    Ok(Arc::new(symbols))
}

fn print(text: &str) -> Result<(), SymbolsCommandError> {
    let written = io::stdout().write_all(text.as_bytes());
    written.map_err(failed("standard output"))
}

fn failed(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> SymbolsCommandError {
    let path = path.as_ref().display().to_string();
    move |source| SymbolsCommandError::File { path, source }
}
