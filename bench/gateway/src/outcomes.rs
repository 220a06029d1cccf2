//! The results and latencies of requests.

use std::{collections::BTreeMap, time::Duration};

use reqwest::{Client, header::CONTENT_TYPE};

use crate::{figures::tenths, response};

/// The latencies of successful requests, and the reasons of failed ones.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    times_ms: Vec<f64>,
    failures: BTreeMap<String, usize>,
}

impl Outcomes {
    pub(crate) fn add(&mut self, result: Result<Duration, String>) {
        match result {
            Ok(time) => self.times_ms.push(time.as_secs_f64() * 1e3),
            Err(reason) => *self.failures.entry(reason).or_default() += 1,
        }
    }

    pub(crate) const fn answered(&self) -> usize {
        self.times_ms.len()
    }

    pub(crate) fn failed(&self) -> usize {
        self.failures.values().sum()
    }

    /// Returns the reasons with their counts, such as `3 x no response in time, 2 x status 503`.
    pub(crate) fn reasons(&self) -> Option<String> {
        let reasons = self.failures.iter();
        let reasons = reasons.map(|(reason, count)| format!("{count} x {reason}"));
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        (!reasons.is_empty()).then_some(reasons)
    }

    /// Returns a percentile of the latencies, in milliseconds.
    pub(crate) fn percentile_ms(&mut self, percent: usize) -> Option<f64> {
        self.times_ms.sort_by(f64::total_cmp);
        let rank = (self.times_ms.len() * percent).div_ceil(100);
        let time = self.times_ms.get(rank.checked_sub(1)?)?;
        Some(tenths(*time))
    }
}

/// Sends spans. The error is a short reason, so that equal reasons can be counted.
pub(crate) async fn export(client: &Client, url: &str, body: Vec<u8>) -> Result<(), String> {
    let request = client.post(url);
    let request = request.header(CONTENT_TYPE, "application/x-protobuf");
    let response = request.body(body).send().await.map_err(reason)?;
    if !response.status().is_success() {
        return Err(format!("status {}", response.status().as_u16()));
    }
    let body = response.bytes().await.map_err(reason)?;
    let is_complete = response::is_complete(&body);
    is_complete
        .then_some(())
        .ok_or_else(|| "spans rejected".to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "map_err passes a value")]
fn reason(error: reqwest::Error) -> String {
    let reason = if error.is_timeout() {
        "no response in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "connection closed"
    };
    reason.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_include_successful_requests_only() {
        let mut outcomes = Outcomes::default();
        for ms in (1..=200).rev() {
            outcomes.add(Ok(Duration::from_millis(ms)));
        }
        outcomes.add(Err("status 503".to_owned()));
        outcomes.add(Err("status 503".to_owned()));
        assert_eq!(outcomes.percentile_ms(50), Some(100.0));
        assert_eq!(outcomes.percentile_ms(99), Some(198.0));
        assert_eq!((outcomes.answered(), outcomes.failed()), (200, 2));
        assert_eq!(outcomes.reasons().as_deref(), Some("2 x status 503"));
    }

    #[test]
    fn percentile_without_successful_requests_is_none() {
        let mut outcomes = Outcomes::default();
        assert_eq!(
            (outcomes.percentile_ms(99), outcomes.reasons()),
            (None, None)
        );
    }
}
