#![doc = include_str!("../README.md")]

mod error_chain;
mod export;
mod fields;
mod format;
mod init;
mod json;
mod log_limit;
mod span_context;
mod text;

pub use error_chain::error_chain;
pub use export::LoggedEvent;
pub use format::{Format, ParseFormatError};
pub use init::{Config, DEFAULT_LEVELS, InitError, init};
pub use log_limit::{Admitted, LogLimit};
pub use span_context::SpanContext;
