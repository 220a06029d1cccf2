//! Keeps a server's keys and files from other programs and users of the machine.
//!
//! * [`protect_memory`] keeps other programs of the same user from reading the process's memory
//!   and environment, and crashes from writing core files. Call it first in `main`.
//! * [`sqlite::make_private`] makes a database and the files beside it readable for their owner
//!   only. Call it before the database is opened.
//! * [`is_loopback_url`] tells which receivers no proxy may come between.
//!
//! # Why variables are not removed
//!
//! A key in a variable is not safer after `remove_var`: `/proc/<pid>/environ` shows the
//! variables as they were at the start, whatever the process does to its own copy. What hides
//! them is that the process cannot be inspected.

mod loopback;
mod memory;
pub mod sqlite;

pub use loopback::is_loopback_url;
pub use memory::protect_memory;
