//! The development stack as a person meets it: one command starts it, one signal or one failure ends it.
//!
//! These tests start the real thing on spare ports, one at a time, as they share the folder with its data.

mod support;

use std::net::TcpListener;

use rustix::process::Signal;
use support::{Dev, Ports, get};

#[test]
fn one_command_starts_the_stack_and_one_signal_ends_all_of_it() {
    let ports = Ports::spare();
    let mut dev = Dev::start(ports);
    let ready = dev.wait_for_line("ready: ");
    assert_eq!(
        ready,
        format!(
            "ready: page http://127.0.0.1:{}/ · traces http://127.0.0.1:{}/",
            ports.page, ports.gateway
        )
    );
    assert!(get(ports.page, "/").contains("<html"), "the page is served");
    assert!(
        get(ports.page, "/api/health-check").starts_with("HTTP/1.1 200"),
        "the page's proxy finds the back end"
    );
    assert!(
        get(ports.gateway, "/").contains("<html"),
        "the gateway serves the viewer"
    );

    let programs = dev.programs();
    dev.signal(Signal::INT);
    assert_eq!(dev.wait_for_end().code(), Some(128 + 2));
    assert!(
        support::all_ended(&programs),
        "none of {programs:?} is left behind"
    );
}

#[test]
fn a_program_that_dies_takes_the_others_with_it_and_is_named() {
    let mut dev = Dev::start(Ports::spare());
    dev.wait_for_line("ready: ");
    let programs = dev.programs();
    dev.kill("cruddur-backend");
    assert_eq!(dev.wait_for_end().code(), Some(1));
    assert!(
        support::all_ended(&programs),
        "none of {programs:?} is left behind"
    );
    let errors = dev.errors();
    assert!(
        errors.contains("the back end ended (signal: 9 (SIGKILL))"),
        "{errors}"
    );
    assert!(errors.contains("Its last lines:\n  "), "{errors}");
}

#[test]
fn a_taken_port_is_reported_before_anything_starts() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = taken.local_addr().unwrap().port();
    let mut dev = Dev::start(Ports {
        api,
        ..Ports::spare()
    });
    assert_eq!(dev.wait_for_end().code(), Some(1));
    let errors = dev.errors();
    assert!(
        errors.contains(&format!("port {api} for the back end")),
        "{errors}"
    );
    assert!(errors.contains("CRUDDUR_API_PORT=<port>"), "{errors}");
    assert_eq!(dev.lines(), "", "nothing was started");
}
