//! How much each client may send: a bucket of tokens per address.
//!
//! A request takes a token, and one more for each [`TOKEN_BYTES`] of its body when inflated and
//! for each [`TOKEN_SPANS`] of its spans: a small body may be a large one, compressed. What a
//! request takes is known when it was read, so a bucket may be in debt, and the client is told
//! how long to wait.
//!
//! Programs on this machine are not limited; they have better ways to do harm. What a trusted
//! proxy hands on counts for the client that it names last in `X-Forwarded-For`: earlier names
//! are the client's own claim, unless they are trusted proxies, too. Those on this machine are
//! trusted, and those that the settings name.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use axum::extract::{ConnectInfo, Request};
use ipnet::IpNet;

use super::{Refusal, client::Client};

/// Clients remembered at once. Those who sent nothing lately are forgotten first.
const CLIENTS: usize = 10_000;

/// Bytes of an inflated body that cost as much as a request.
const TOKEN_BYTES: usize = 64 << 10;

/// Spans that cost as much as a request.
const TOKEN_SPANS: usize = 200;

/// A full bucket, in seconds of its filling.
const BURST_SECONDS: f64 = 2.0;

#[derive(Debug)]
pub(super) struct Rates {
    per_second: f64,
    trusted_proxies: Vec<IpNet>,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Rates {
    pub(super) fn new(per_second: u32, trusted_proxies: Vec<IpNet>) -> Self {
        Self {
            per_second: per_second.into(),
            trusted_proxies,
            buckets: Mutex::default(),
        }
    }

    pub(super) fn admit(&self, client: Client, now: Instant) -> Result<(), Refusal> {
        match client.key() {
            Some(key) if self.per_second > 0.0 => self.take(key, now),
            _ => Ok(()),
        }
    }

    fn take(&self, client: IpAddr, now: Instant) -> Result<(), Refusal> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= CLIENTS && !buckets.contains_key(&client) {
            self.forget(&mut buckets, now);
        }
        let bucket = buckets.entry(client).or_insert_with(|| self.full(now));
        bucket.tokens = self.level(*bucket, now);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            let wait_seconds = ((1.0 - bucket.tokens) / self.per_second).ceil();
            return Err(Refusal::TooMany {
                retry_after_seconds: wait_seconds as u32,
            });
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// Counts what an admitted request held.
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

    /// The client that a trusted peer names.
    fn forwarded(&self, request: &Request, peer: IpAddr) -> Option<IpAddr> {
        if !self.trusts(peer) {
            return None;
        }
        let named = request.headers().get_all("x-forwarded-for").into_iter();
        let named = named.rev().filter_map(|value| value.to_str().ok());
        let named = named.flat_map(|names| names.rsplit(','));
        let mut client = None;
        for name in named {
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

    /// Full buckets say nothing. If none is, all begin anew: memory stays bounded.
    fn forget(&self, buckets: &mut HashMap<IpAddr, Bucket>, now: Instant) {
        let full = self.full(now).tokens;
        buckets.retain(|_, bucket| self.level(*bucket, now) < full);
        if buckets.len() >= CLIENTS {
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

    fn admitted(rates: &Rates, request: &Request, now: Instant) -> usize {
        let admitted = (0..100).filter(|_| rates.admit(rates.client(request), now).is_ok());
        admitted.count()
    }

    #[test]
    fn a_client_gets_its_burst_and_then_its_rate_whatever_others_do() {
        let (rates, now) = (Rates::new(5, Vec::new()), Instant::now());
        let (one, other) = (request("10.0.0.1:1", None), request("10.0.0.2:1", None));
        assert_eq!(admitted(&rates, &one, now), 10);
        assert_eq!(admitted(&rates, &other, now), 10);
        assert_eq!(admitted(&rates, &one, now + Duration::from_secs(1)), 5);
    }

    #[test]
    fn this_machine_is_not_limited_but_what_its_proxy_hands_on_is() {
        let (rates, now) = (Rates::new(5, Vec::new()), Instant::now());
        assert_eq!(admitted(&rates, &request("127.0.0.1:1", None), now), 100);
        let forged = request("127.0.0.1:1", Some("127.0.0.1, 203.0.113.9"));
        assert_eq!(admitted(&rates, &forged, now), 10);
        for same in ["203.0.113.9", "203.0.113.9:4711"] {
            let same = request("[::1]:1", Some(same));
            assert_eq!(admitted(&rates, &same, now), 0);
        }
        let other = request("127.0.0.1:1", Some("[2001:db8::1]:4711"));
        assert_eq!(admitted(&rates, &other, now), 10);
        let same = request("127.0.0.1:1", Some("[2001:db8::1]"));
        assert_eq!(admitted(&rates, &same, now), 0);
    }

    #[test]
    fn what_a_request_held_is_charged_and_the_client_waits_for_as_long() {
        let (rates, now) = (Rates::new(5, Vec::new()), Instant::now());
        let one = request("10.0.0.1:1", None);
        rates.admit(rates.client(&one), now).unwrap();
        rates.charge(rates.client(&one).key(), 64 << 20, 2_000);
        let refusal = rates.admit(rates.client(&one), now).unwrap_err();
        // 1 + 1,024 + 10 tokens were taken of 10, and 5 come in a second.
        let seconds = 206;
        assert!(
            matches!(refusal, Refusal::TooMany { retry_after_seconds } if retry_after_seconds == seconds),
            "{refusal:?}"
        );
        let later = now + Duration::from_secs(seconds.into());
        assert!(rates.admit(rates.client(&one), later).is_ok());
    }

    #[test]
    fn proxies_are_believed_only_where_they_are_trusted() {
        let rates = Rates::new(5, vec!["10.0.0.0/8".parse().unwrap()]);
        let sender = |peer: &str, names| rates.client(&request(peer, Some(names))).key();
        let client = Some([203, 0, 113, 9].into());
        assert_eq!(sender("10.0.0.1:1", "203.0.113.9"), client);
        assert_eq!(
            sender("10.0.0.1:1", "1.2.3.4, 203.0.113.9, 10.9.9.9"),
            client
        );
        assert_eq!(sender("127.0.0.1:1", "203.0.113.9, 10.9.9.9"), client);
        assert_eq!(sender("203.0.113.9:1", "198.51.100.1"), client);
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let (rates, now) = (Rates::new(5, Vec::new()), Instant::now());
        assert_eq!(admitted(&rates, &request("[2001:db8::1]:1", None), now), 10);
        assert_eq!(admitted(&rates, &request("[2001:db8::2]:1", None), now), 0);
    }

    #[test]
    fn the_clients_remembered_are_bounded() {
        let (rates, now) = (Rates::new(1, Vec::new()), Instant::now());
        for number in 0..3 * u32::try_from(CLIENTS).unwrap() {
            let client = std::net::Ipv4Addr::from_bits(number).into();
            assert!(rates.take(client, now).is_ok());
        }
        assert!(rates.buckets.lock().unwrap().len() <= CLIENTS);
    }
}
