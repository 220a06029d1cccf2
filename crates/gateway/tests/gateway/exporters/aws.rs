//! AWS's X-Ray SDK for Python: what it sends by UDP is shown as the spans of a trace.

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
const KEPT_WITHIN: Duration = Duration::from_secs(20);

async fn all_kept(gateway: &Served) {
    while get(gateway, "/api/status").await["spans_kept"] != SPANS {
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_subsegment_with_its_annotation_and_metadata_is_a_span_with_attributes() {
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
    timeout(KEPT_WITHIN, all_kept(&gateway)).await.unwrap();

    let spans = spans(&gateway, "backend-flask").await;
    assert_home_activities(&spans);
}
