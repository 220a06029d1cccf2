//! The sinks with strict fake receivers on loopback.

mod account;
mod batches;
mod check;
mod damage;
mod explain;
mod otlp;
mod own;
mod redirect;
mod rollbar;
mod together;
mod xray;

use trace_model::{SinkStatus, Status};

use crate::support::TestGateway;

fn sink<'a>(status: &'a Status, name: &str) -> &'a SinkStatus {
    status.sinks.iter().find(|sink| sink.name == name).unwrap()
}

/// Returns the sink's status as soon as no span waits.
pub(super) async fn done(gateway: &TestGateway, name: &str) -> SinkStatus {
    let idle = |status: &Status| status.spans_kept > 0 && sink(status, name).waiting == 0;
    sink(&gateway.status_when(idle).await, name).clone()
}
