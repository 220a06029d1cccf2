//! Cruddur's HTTP API.
