//! The example configuration of a collector with the gateway's sinks is valid.

use super::{TESTS, python, run};
use crate::support::isolated;

#[tokio::test]
async fn collector_configuration_is_complete() {
    let Some(python) = python("the collector's file") else {
        return;
    };
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../deploy/otel-collector.yaml"
    );
    let mut program = isolated(std::process::Command::new(python));
    program.args([&format!("{TESTS}/exporters/collector.py"), file]);
    run(program).await;
}
