//! `cargo xtask dev`: the whole stack with one command, until Ctrl-C.
//!
//! Ports are checked first, then what is missing is installed and built, then gateway, back end and page start in
//! this order. Whichever ends first ends the others: half a stack only misleads.

mod services;
mod stack;

use std::time::Instant;

use anyhow::Result;

use crate::build::{self, Profile};
use crate::ports::Ports;
use crate::setup::{self, Needs};
use crate::{clock, process, term};
use stack::Stack;

/// Starts everything and returns only when something ended by itself, which is an error.
pub(crate) fn run(profile: Profile) -> Result<()> {
    let began = Instant::now();
    let ports = Ports::from_env()?;
    ports.ensure_free()?;
    let needs = if profile == Profile::Release {
        Needs::OptimisedPage
    } else {
        Needs::Page
    };
    let wasm = setup::prepare(needs, |wasm, tools_are_missing| {
        build::servers()?;
        if tools_are_missing {
            build::compile_pages(wasm, profile)
        } else {
            Ok(())
        }
    })?;
    let viewer = build::viewer(&wasm, profile)?;

    let mut stack = Stack::default();
    for service in services::all(&wasm, ports, profile, &viewer)? {
        stack.start(service)?;
    }
    stack.wait_until_ready()?;
    announce(ports, began);
    Err(stack.wait_until_one_ends())
}

fn announce(Ports { page, gateway, .. }: Ports, began: Instant) {
    let took = clock::human(began.elapsed());
    process::say(&term::dim(&format!(
        "everything runs after {took}; Ctrl-C ends it"
    )));
    process::say(&format!(
        "ready: page http://127.0.0.1:{page}/ · traces http://127.0.0.1:{gateway}/"
    ));
}
