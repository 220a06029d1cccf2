//! AWS's X-Ray SDK for Python: its UDP datagrams become the spans of a trace.

use std::process::Command;

use tokio::time::{Duration, sleep, timeout};

use super::{TESTS, get, python, run, spans};
use crate::{
    support::{Served, isolated},
    xray::assert_home_activities,
};

/// Two segments with their subsegments.
const SPANS: u64 = 9;

/// Long enough for a busy machine; reached only when a test fails.
const STORE_TIMEOUT: Duration = Duration::from_secs(20);

async fn all_stored(gateway: &Served) {
    while get(gateway, "/api/status").await["spans_kept"] != SPANS {
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn annotation_and_metadata_of_a_subsegment_become_attributes() {
    let Some(python) = python("AWS's SDK for Python") else {
        return;
    };
    let listen = Some("127.0.0.1:0".to_owned());
    let gateway = Served::start_with(|config| config.xray_listen = listen).await;
    let address = gateway.xray_address.unwrap().to_string();
    let mut program = isolated(Command::new(python));
    program.arg(format!("{TESTS}/xray/program.py"));
    program.env("AWS_XRAY_DAEMON_ADDRESS", address);
    run(program).await;
    timeout(STORE_TIMEOUT, all_stored(&gateway)).await.unwrap();

    let spans = spans(&gateway, "backend-flask").await;
    assert_home_activities(&spans);
}
