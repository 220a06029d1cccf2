//! The client of an X-Ray daemon. Its host is resolved when there is something to send, and again
//! after each error.

use std::{io, time::Duration};

use tokio::{
    net::UdpSocket,
    sync::Mutex,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

/// Datagrams that are sent without a pause. They fit into the daemon's socket: 208 KiB on Linux,
/// where a datagram takes up to twice its size. In total, 2,000 documents or 6.4 MB per second.
const MAX_BURST: usize = 20;
const MAX_BURST_BYTES: usize = 64_000;
const BURST_INTERVAL: Duration = Duration::from_millis(10);

/// The time until the system reports that nothing listens.
const REFUSAL_TIMEOUT: Duration = Duration::from_millis(200);

#[cfg(unix)]
const MESSAGE_TOO_LONG: i32 = rustix::io::Errno::MSGSIZE.raw_os_error();
/// `WSAEMSGSIZE`.
#[cfg(not(unix))]
const MESSAGE_TOO_LONG: i32 = 10_040;

#[derive(Debug)]
pub(super) struct Daemon {
    /// Host and port.
    address: String,
    socket: Mutex<Option<UdpSocket>>,
}

impl Daemon {
    /// Parses `host:port`, or `tcp:host:port udp:host:port` as for X-Ray's SDKs. Returns `None`
    /// without a port.
    pub(super) fn new(address: &str) -> Option<Self> {
        let mut words = address.split_whitespace();
        let udp = words.find_map(|word| word.strip_prefix("udp:"));
        let address = udp.unwrap_or(address);
        let (host, port) = address.rsplit_once(':')?;
        let is_usable = !host.is_empty() && port.parse::<u16>().is_ok();
        is_usable.then(|| Self {
            address: address.to_owned(),
            socket: Mutex::default(),
        })
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Sends all datagrams. Returns how many the system rejected as too large.
    pub(super) async fn send(&self, datagrams: &[Vec<u8>]) -> io::Result<u64> {
        let mut cached = self.socket.lock().await;
        let socket = match cached.take() {
            Some(socket) => socket,
            None => self.connect().await?,
        };
        let too_large = send(&socket, datagrams).await?;
        *cached = Some(socket);
        Ok(too_large)
    }

    /// Sends an empty datagram. The system reports an error if nothing listens on this machine.
    pub(super) async fn check(&self) -> io::Result<()> {
        let socket = self.connect().await?;
        socket.send(&[]).await?;
        let response = timeout(REFUSAL_TIMEOUT, socket.recv(&mut [0; 1])).await;
        response.map_or(Ok(()), |received| received.map(drop))
    }

    /// Connects from any port. IPv4 is preferred, because AWS's SDKs use it.
    async fn connect(&self) -> io::Result<UdpSocket> {
        let targets = tokio::net::lookup_host(&self.address).await?;
        let target = targets.min_by_key(|target| target.is_ipv6());
        let target = target.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let any = if target.is_ipv4() {
            "0.0.0.0:0"
        } else {
            "[::]:0"
        };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(target).await?;
        Ok(socket)
    }
}

async fn send(socket: &UdpSocket, datagrams: &[Vec<u8>]) -> io::Result<u64> {
    let (mut too_large, mut rest) = (0, datagrams);
    let mut ticks = interval_at(Instant::now() + BURST_INTERVAL, BURST_INTERVAL);
    // A late burst does not shorten the next pause.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !rest.is_empty() {
        let (burst, after) = rest.split_at(burst(rest));
        too_large += send_burst(socket, burst).await?;
        rest = after;
        ticks.tick().await;
        // On one machine the error has arrived; otherwise the next call returns it.
        if let Some(error) = socket.take_error()? {
            return Err(error);
        }
    }
    Ok(too_large)
}

/// Returns how many of the next datagrams are sent together, at least one.
fn burst(datagrams: &[Vec<u8>]) -> usize {
    let mut bytes = 0;
    let fits = |datagram: &&Vec<u8>| {
        bytes += datagram.len();
        bytes <= MAX_BURST_BYTES
    };
    let next = datagrams.iter().take(MAX_BURST);
    next.take_while(fits).count().max(1)
}

async fn send_burst(socket: &UdpSocket, datagrams: &[Vec<u8>]) -> io::Result<u64> {
    let mut too_large = 0;
    for datagram in datagrams {
        match socket.send(datagram).await {
            Err(error) if is_too_large(&error) => too_large += 1,
            outcome => drop(outcome?),
        }
    }
    Ok(too_large)
}

/// The limit of macOS is 9 kB by default.
fn is_too_large(error: &io::Error) -> bool {
    error.raw_os_error() == Some(MESSAGE_TOO_LONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn too_large_datagram_is_counted_and_the_next_one_is_sent() {
        let receiver = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = receiver.local_addr().unwrap().to_string();
        let daemon = Daemon::new(&address).unwrap();
        let datagrams = [vec![0; 70_000], vec![1]];
        assert_eq!(daemon.send(&datagrams).await.unwrap(), 1);
        assert_eq!(receiver.recv(&mut [0; 9]).await.unwrap(), 1);
    }

    #[test]
    fn burst_is_limited_by_count_and_bytes_and_never_empty() {
        let check = |sizes: &[usize], expected| {
            let datagrams: Vec<_> = sizes.iter().map(|size| vec![0; *size]).collect();
            assert_eq!(burst(&datagrams), expected, "{sizes:?}");
        };
        check(&[100; 50], 20);
        check(&[30_000; 5], 2);
        check(&[65_507, 1], 1);
        check(&[1], 1);
    }

    #[tokio::test]
    async fn socket_of_default_size_that_is_read_between_bursts_receives_all() {
        let receiver = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let daemon = Daemon::new(&receiver.local_addr().unwrap().to_string()).unwrap();
        let datagrams: Vec<_> = (0..100).map(|_| vec![0; 10_000]).collect();
        let read = async {
            for _ in 0..100 {
                receiver.recv(&mut [0; 1]).await.unwrap();
            }
        };
        let both = async { tokio::join!(daemon.send(&datagrams), read) };
        let (sent, ()) = timeout(Duration::from_secs(20), both).await.unwrap();
        assert_eq!(sent.unwrap(), 0);
    }

    #[test]
    fn address_needs_a_port_and_may_have_the_form_of_the_sdks() {
        let address = |text| Daemon::new(text).map(|daemon| daemon.address);
        let check = |text, expected: Option<&str>| {
            assert_eq!(address(text).as_deref(), expected, "{text}");
        };
        check("daemon:2000", Some("daemon:2000"));
        check("tcp:a:1 udp:b:2", Some("b:2"));
        check("[::1]:2000", Some("[::1]:2000"));
        check("daemon", None);
        check(":2000", None);
        check("daemon:http", None);
    }
}
