//! A well-behaved visitor, who sends one request after the other, each on a new connection.

use std::{
    fmt,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use reqwest::{Client, Method, RequestBuilder, header};
use serde_json::{Value, json};

use crate::server::Server;

/// A request without a response after this time counts as failed.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The home feed gets half of a phase, and these other kinds of requests share the rest.
const OTHER_KINDS: u32 = 5;
/// The maximum number of requests of one kind.
const MAX_REQUESTS: usize = 2000;
const HANDLE: &str = "worf";
const PASSWORD: &str = "cruddur-demo";

pub(crate) struct Visitor {
    client: Client,
    home: String,
    cookie: String,
    crud_uuid: String,
}

/// The latencies of one kind of request.
#[derive(Debug)]
pub(crate) struct Figures {
    request: &'static str,
    /// The latencies of successful requests, sorted.
    sorted_ms: Vec<f64>,
    failed: usize,
}

impl Visitor {
    pub(crate) async fn sign_in(server: &Server) -> Result<Self> {
        let client = http_client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(REQUEST_TIMEOUT)
            .build()?;
        let mut visitor = Self {
            client,
            home: server.url(""),
            cookie: String::new(),
            crud_uuid: server.crud_uuid.clone(),
        };
        let response = visitor.sign_in_request(PASSWORD).send().await?;
        ensure!(
            response.status().is_success(),
            "signing in: {}",
            response.status()
        );
        let cookie = response.headers().get(header::SET_COOKIE);
        let cookie = cookie.and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next());
        visitor.cookie = cookie.context("no session cookie")?.to_owned();
        Ok(visitor)
    }

    /// Measures each kind of request for its part of `time`.
    pub(crate) async fn measure(&self, time: Duration) -> Vec<Figures> {
        let crud = format!("/api/activities/{}", self.crud_uuid);
        let post = json!({ "message": "Among others", "ttl": "1-hour" });
        let home = || self.request(Method::GET, "/api/activities/home");
        let (half, part) = (time / 2, time / 2 / OTHER_KINDS);
        vec![
            figures("home feed", half, home).await,
            figures("a crud", part, || self.request(Method::GET, &crud)).await,
            figures("search", part, || {
                self.request(Method::GET, "/api/activities/search?term=bloodwine")
            })
            .await,
            figures("post", part, || {
                self.request(Method::POST, "/api/activities").json(&post)
            })
            .await,
            figures("sign in", part, || self.sign_in_request(PASSWORD)).await,
            figures("health check", part, || {
                self.request(Method::GET, "/api/health-check")
            })
            .await,
        ]
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.home))
            .header(header::COOKIE, &self.cookie)
    }

    fn sign_in_request(&self, password: &str) -> RequestBuilder {
        let credentials = json!({ "email": format!("{HANDLE}@example.com"), "password": password });
        self.client
            .post(format!("{}/api/auth/signin", self.home))
            .json(&credentials)
    }
}

async fn figures(
    request: &'static str,
    time: Duration,
    make: impl Fn() -> RequestBuilder,
) -> Figures {
    let (begin, mut sorted_ms, mut failed) = (Instant::now(), Vec::new(), 0);
    while begin.elapsed() < time && sorted_ms.len() + failed < MAX_REQUESTS {
        let sent = Instant::now();
        match succeed(make()).await {
            Ok(()) => sorted_ms.push(sent.elapsed().as_secs_f64() * 1e3),
            Err(_) => failed += 1,
        }
    }
    sorted_ms.sort_by(f64::total_cmp);
    Figures {
        request,
        sorted_ms,
        failed,
    }
}

/// Succeeds if the status is a success and the body has been read.
async fn succeed(request: RequestBuilder) -> Result<()> {
    request.send().await?.error_for_status()?.bytes().await?;
    Ok(())
}

impl Figures {
    fn percentile(&self, percent: usize) -> Option<f64> {
        let rank = (self.sorted_ms.len() * percent).div_ceil(100);
        let ms = self.sorted_ms.get(rank.checked_sub(1)?)?;
        Some((ms * 10.0).round() / 10.0)
    }

    pub(crate) fn row(&self, build: &str, replies: u32, clients: &str) -> Value {
        json!({
            "build": build,
            "replies": replies,
            "clients": clients,
            "request": self.request,
            "answers": self.sorted_ms.len(),
            "failed": self.failed,
            "p50_ms": self.percentile(50),
            "p99_ms": self.percentile(99),
            "max_ms": self.percentile(100),
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |percent| self.percentile(percent).unwrap_or(f64::NAN);
        write!(
            f,
            "{}: {} successful, {} failed, p50 {} ms, p99 {} ms",
            self.request,
            self.sorted_ms.len(),
            self.failed,
            ms(50),
            ms(99)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentile_is_a_measured_latency() {
        let figures = Figures {
            request: "home feed",
            sorted_ms: (1..=200).map(f64::from).collect(),
            failed: 0,
        };
        assert_eq!(figures.percentile(50), Some(100.0));
        assert_eq!(figures.percentile(99), Some(198.0));
        assert_eq!(figures.percentile(100), Some(200.0));
        let none = Figures {
            sorted_ms: Vec::new(),
            ..figures
        };
        assert_eq!(none.percentile(50), None);
    }
}
