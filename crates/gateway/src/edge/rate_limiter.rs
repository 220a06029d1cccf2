//! Limits the request rate of each client with a token bucket per address.
//!
//! A request costs one token, one more for each [`TOKEN_BYTES`] of its decompressed body, and one
//! more for each [`TOKEN_SPANS`] of its spans. The cost is known after the request was read, so a
//! bucket may be negative, and the response says how long to wait.
//!
//! Programs on this machine are not limited. A request from a trusted proxy counts for the last
//! client in `X-Forwarded-For` that is not a trusted proxy itself; the addresses before it are
//! claims of the client. Proxies on this machine are trusted, and those in the settings.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use axum::extract::{ConnectInfo, Request};
use ipnet::IpNet;

use super::{IngestError, client::Client};

/// The number of clients with a bucket. Full buckets are removed first.
const MAX_CLIENTS: usize = 10_000;

/// Bytes of a decompressed body that cost as much as a request.
const TOKEN_BYTES: usize = 64 << 10;

/// Spans that cost as much as a request.
const TOKEN_SPANS: usize = 200;

/// The capacity of a bucket, in seconds of its refill rate.
const BURST_SECONDS: f64 = 2.0;

#[derive(Debug)]
pub(super) struct RateLimiter {
    per_second: f64,
    trusted_proxies: Vec<IpNet>,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl RateLimiter {
    pub(super) fn new(per_second: u32, trusted_proxies: Vec<IpNet>) -> Self {
        Self {
            per_second: per_second.into(),
            trusted_proxies,
            buckets: Mutex::default(),
        }
    }

    /// Takes a token for a request, or fails with the time to wait.
    pub(super) fn admit(&self, client: Client, now: Instant) -> Result<(), IngestError> {
        match client.key() {
            Some(key) if self.per_second > 0.0 => self.take(key, now),
            _ => Ok(()),
        }
    }

    fn take(&self, client: IpAddr, now: Instant) -> Result<(), IngestError> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_CLIENTS && !buckets.contains_key(&client) {
            self.remove_full(&mut buckets, now);
        }
        let bucket = buckets.entry(client).or_insert_with(|| self.full(now));
        bucket.tokens = self.level(*bucket, now);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            let wait_seconds = ((1.0 - bucket.tokens) / self.per_second).ceil();
            return Err(IngestError::TooMany {
                retry_after_seconds: wait_seconds as u32,
            });
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// Charges the client of an admitted request for its size.
    pub(super) fn charge(&self, client: Option<IpAddr>, bytes: usize, spans: usize) {
        let Some(client) = client else { return };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&client) {
            bucket.tokens -= (bytes / TOKEN_BYTES + spans / TOKEN_SPANS) as f64;
        }
    }

    /// Returns the client that sent a request.
    pub(super) fn client(&self, request: &Request) -> Client {
        let peer: Option<&ConnectInfo<SocketAddr>> = request.extensions().get();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let forwarded = peer.and_then(|peer| self.forwarded(request, peer));
        Client { peer, forwarded }
    }

    /// Returns the client that a trusted peer names.
    fn forwarded(&self, request: &Request, peer: IpAddr) -> Option<IpAddr> {
        if !self.trusts(peer) {
            return None;
        }
        let values = request.headers().get_all("x-forwarded-for").into_iter();
        let texts = values.rev().filter_map(|value| value.to_str().ok());
        let mut client = None;
        for name in texts.flat_map(|text| text.rsplit(',')) {
            let address = address(name.trim())?.to_canonical();
            client = Some(address);
            if !self.trusts(address) {
                break;
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        let mut proxies = self.trusted_proxies.iter();
        address.is_loopback() || proxies.any(|proxies| proxies.contains(&address))
    }

    /// Removes full buckets, which carry no state. If none is full, clears the map to limit its memory.
    fn remove_full(&self, buckets: &mut HashMap<IpAddr, Bucket>, now: Instant) {
        let full = self.full(now).tokens;
        buckets.retain(|_, bucket| self.level(*bucket, now) < full);
        if buckets.len() >= MAX_CLIENTS {
            buckets.clear();
        }
    }

    fn full(&self, at: Instant) -> Bucket {
        let tokens = self.per_second * BURST_SECONDS;
        Bucket { tokens, at }
    }

    fn level(&self, bucket: Bucket, now: Instant) -> f64 {
        let filled = now.saturating_duration_since(bucket.at).as_secs_f64() * self.per_second;
        (bucket.tokens + filled).min(self.full(now).tokens)
    }
}

fn address(name: &str) -> Option<IpAddr> {
    // Some proxies add the port.
    let with_port = || name.parse().map(|address: SocketAddr| address.ip()).ok();
    let address = name.trim_matches(['[', ']']).parse().ok();
    address.or_else(with_port)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;

    use super::*;

    fn request(peer: &str, forwarded_for: Option<&str>) -> Request {
        let mut request = axum::http::Request::post("/v1/traces");
        if let Some(names) = forwarded_for {
            request = request.header("x-forwarded-for", names);
        }
        let mut request = request.body(Body::empty()).unwrap();
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    }

    fn admitted(limiter: &RateLimiter, request: &Request, now: Instant) -> usize {
        let admitted = (0..100).filter(|_| limiter.admit(limiter.client(request), now).is_ok());
        admitted.count()
    }

    #[test]
    fn client_has_a_burst_and_then_its_rate_independent_of_others() {
        let (limiter, now) = (RateLimiter::new(5, Vec::new()), Instant::now());
        let (one, other) = (request("10.0.0.1:1", None), request("10.0.0.2:1", None));
        assert_eq!(admitted(&limiter, &one, now), 10);
        assert_eq!(admitted(&limiter, &other, now), 10);
        assert_eq!(admitted(&limiter, &one, now + Duration::from_secs(1)), 5);
    }

    #[test]
    fn local_programs_are_not_limited_but_clients_of_a_local_proxy_are() {
        let (limiter, now) = (RateLimiter::new(5, Vec::new()), Instant::now());
        assert_eq!(admitted(&limiter, &request("127.0.0.1:1", None), now), 100);
        let forged = request("127.0.0.1:1", Some("127.0.0.1, 203.0.113.9"));
        assert_eq!(admitted(&limiter, &forged, now), 10);
        for same in ["203.0.113.9", "203.0.113.9:4711"] {
            let same = request("[::1]:1", Some(same));
            assert_eq!(admitted(&limiter, &same, now), 0);
        }
        let other = request("127.0.0.1:1", Some("[2001:db8::1]:4711"));
        assert_eq!(admitted(&limiter, &other, now), 10);
        let same = request("127.0.0.1:1", Some("[2001:db8::1]"));
        assert_eq!(admitted(&limiter, &same, now), 0);
    }

    #[test]
    fn large_request_delays_the_next_one() {
        let (limiter, now) = (RateLimiter::new(5, Vec::new()), Instant::now());
        let one = request("10.0.0.1:1", None);
        limiter.admit(limiter.client(&one), now).unwrap();
        limiter.charge(limiter.client(&one).key(), 64 << 20, 2_000);
        let error = limiter.admit(limiter.client(&one), now).unwrap_err();
        // 1 + 1,024 + 10 tokens were taken of 10, and 5 come in a second.
        let seconds = 206;
        assert!(
            matches!(error, IngestError::TooMany { retry_after_seconds } if retry_after_seconds == seconds),
            "{error:?}"
        );
        let later = now + Duration::from_secs(seconds.into());
        assert!(limiter.admit(limiter.client(&one), later).is_ok());
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        let limiter = RateLimiter::new(5, vec!["10.0.0.0/8".parse().unwrap()]);
        let client_of = |peer: &str, names| limiter.client(&request(peer, Some(names))).key();
        let client = Some([203, 0, 113, 9].into());
        assert_eq!(client_of("10.0.0.1:1", "203.0.113.9"), client);
        assert_eq!(
            client_of("10.0.0.1:1", "1.2.3.4, 203.0.113.9, 10.9.9.9"),
            client
        );
        assert_eq!(client_of("127.0.0.1:1", "203.0.113.9, 10.9.9.9"), client);
        assert_eq!(client_of("203.0.113.9:1", "198.51.100.1"), client);
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let (limiter, now) = (RateLimiter::new(5, Vec::new()), Instant::now());
        assert_eq!(
            admitted(&limiter, &request("[2001:db8::1]:1", None), now),
            10
        );
        assert_eq!(
            admitted(&limiter, &request("[2001:db8::2]:1", None), now),
            0
        );
    }

    #[test]
    fn number_of_buckets_is_limited() {
        let (limiter, now) = (RateLimiter::new(1, Vec::new()), Instant::now());
        for number in 0..3 * u32::try_from(MAX_CLIENTS).unwrap() {
            let client = std::net::Ipv4Addr::from_bits(number).into();
            assert!(limiter.take(client, now).is_ok());
        }
        assert!(limiter.buckets.lock().unwrap().len() <= MAX_CLIENTS);
    }
}
