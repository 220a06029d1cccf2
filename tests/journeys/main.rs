//! Journeys: a person's way through Cruddur in a real browser, over the real back end and gateway,
//! each held against the traces the gateway stored.
//!
//! A journey ends with the list of its actions: the store then holds one trace for each, in that order, and nothing else.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod bad_input;
mod feeds;
mod honeycomb;
mod interleaving;
mod lean_answers;
mod leaving;
mod live_viewer;
mod outages;
mod posting;
mod search;
mod steps;
