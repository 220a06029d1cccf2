//! A well-behaved client: fifty requests a second over persistent connections, on a fixed schedule.

use std::{
    net::Ipv4Addr,
    time::{Duration, Instant, SystemTime},
};

use anyhow::Result;
use tokio::{task::JoinSet, time};

use crate::{
    outcomes::{Outcomes, export},
    spans::{Requests, Shape, Traces},
};

const REQUESTS_PER_SECOND: u32 = 50;

/// The default timeout of OpenTelemetry exporters.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// Distinguishes it from hostile clients.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

const SHAPE: Shape = Shape {
    spans_per_request: 50,
    traces: Traces::Whole,
    gzip: false,
};

/// Sends requests on schedule, even if earlier ones have no response yet. A latency counts from the scheduled time, so
/// it includes waiting for other requests.
pub(crate) async fn measure(port: u16, duration: Duration) -> Result<Outcomes> {
    let client = http_client::builder()
        .no_proxy()
        .local_address(Some(ADDRESS.into()));
    let client = client.timeout(EXPORT_TIMEOUT).build()?;
    let url = format!("http://127.0.0.1:{port}/v1/traces");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let mut requests = Requests::new(SHAPE, 0, u64::try_from(now.as_nanos())?);
    let begin = Instant::now();
    let interval = Duration::from_secs(1) / REQUESTS_PER_SECOND;
    let mut in_flight = JoinSet::new();
    for number in 0.. {
        let due = begin + interval * number;
        if due - begin >= duration {
            break;
        }
        time::sleep_until(due.into()).await;
        let (client, url, body) = (client.clone(), url.clone(), requests.next());
        in_flight.spawn(async move {
            let result = export(&client, &url, body).await;
            result.map(|()| due.elapsed())
        });
    }
    let mut outcomes = Outcomes::default();
    while let Some(result) = in_flight.join_next().await {
        outcomes.add(result?);
    }
    Ok(outcomes)
}
