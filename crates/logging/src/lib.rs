#![doc = include_str!("../README.md")]

mod error_chain;
mod fields;
mod format;
mod init;
mod json;
mod span_context;
mod text;

pub use error_chain::error_chain;
pub use format::{Format, ParseFormatError};
pub use init::{Config, DEFAULT_LEVELS, InitError, init};
pub use span_context::SpanContext;
