//! Function names for the stack traces of optimized pages.
//!
//! A build of a page has a file with the names of its functions, see [`wasm_symbols`]. The gateway reads these files from a
//! folder, and never serves them. Spans are stored as they arrive; the names are put into what the API and the sinks of
//! exceptions send. So a file may come after the spans, and the other sinks forward what they received.

mod command;
mod files;
mod otlp;
mod span;

pub use self::command::{SymbolsCommand, SymbolsCommandError};
pub(crate) use self::files::SymbolFiles;

/// The name of an exception's event, and of the attribute with its stack trace.
const EXCEPTION: &str = "exception";
const STACK: &str = "exception.stacktrace";
/// The resource attribute with the build of a page.
const BUILD_ID: &str = "app.build_id";
