#![doc = include_str!("../README.md")]
//!
//! # Example
//!
//! ```no_run
//! use http_listener::{Limits, Listener};
//!
//! # async fn example() -> std::io::Result<()> {
//! let listener = Listener {
//!     socket: tokio::net::TcpListener::bind("127.0.0.1:8080").await?,
//!     router: axum::Router::new(),
//!     limits: Limits::default(),
//! };
//! listener.serve(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

mod bad_connection;
mod client_key;
mod client_slots;
mod connection_slots;
mod http2;
mod limits;
mod listener;
mod protocol;

pub use bad_connection::BadConnection;
pub use client_key::client_key;
pub use limits::Limits;
pub use listener::Listener;
