//! `cargo xtask dev`: runs the whole stack until Ctrl-C.
//!
//! Ends programs of an earlier run that was killed, checks the ports, installs missing tools and builds. Then gateway,
//! back end and page start in this order. If one of them ends, the others are stopped. In a cloud workspace, browsers reach
//! the ports by the host names of [`public_url`].

mod leftovers;
mod public_url;
mod services;
mod stack;

use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::build::{self, Profile};
use crate::ports::Ports;
use crate::setup::{self, Needs};
use crate::{clock, process, term};
use stack::Stack;

/// Starts the stack. Returns only when one of its programs ends, which is an error.
pub(crate) fn run(profile: Profile) -> Result<()> {
    let began = Instant::now();
    let ports = Ports::from_env()?;
    leftovers::end()?;
    ports.ensure_free()?;
    let started = leftovers::Record::new()?;
    let needs = match profile {
        Profile::Debug => Needs::PAGE,
        Profile::Release => Needs::PAGE.and(Needs::OPTIMIZER),
    };
    let mut servers = None;
    let wasm = setup::prepare(needs, |wasm, tools_are_missing| {
        servers = Some(build::servers()?);
        if tools_are_missing {
            build::compile_pages(wasm, profile)
        } else {
            Ok(())
        }
    })?;
    let servers = servers.context("the servers were not built")?;
    let viewer = build::viewer(&wasm, profile)?;

    let mut stack = Stack::new(started);
    let logs = ["gateway", "back end", "page"]
        .map(process::display_path)
        .join(", ");
    process::step_with_logs("start", "gateway, back end and page", &logs, || {
        for service in services::all(&wasm, &servers, ports, profile, &viewer)? {
            stack.start(service)?;
        }
        stack.wait_until_ready()
    })?;
    announce(ports, began);
    Err(stack.wait_until_one_ends())
}

fn announce(Ports { page, gateway, .. }: Ports, began: Instant) {
    let elapsed = clock::human(began.elapsed());
    process::print(&term::dim(&format!(
        "started in {elapsed}; press Ctrl-C to stop"
    )));
    process::print(&format!(
        "ready: page {}/ · traces {}/",
        public_url::of(page),
        public_url::of(gateway)
    ));
}
