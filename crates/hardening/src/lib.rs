#![doc = include_str!("../README.md")]

mod core_dumps;
mod loopback;
pub mod sqlite;

pub use core_dumps::disable_core_dumps;
pub use loopback::{is_loopback_host, is_loopback_url};
