#![doc = include_str!("../README.md")]

mod completions;
mod env_only;
mod markdown;
mod read;
mod region;
mod sources;

pub use clap_complete::Shell;
pub use completions::completions;
pub use env_only::{EnvOnly, env_only_help};
pub use markdown::{Columns, markdown_table};
pub use read::read;
pub use region::{RegionError, check_region, replace_region};
pub use sources::Sources;
