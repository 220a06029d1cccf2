//! Keeps the server of the browser tests from stalling.
//!
//! `wasm-bindgen-test-runner` serves the pages with tiny_http 0.12. If more connections arrive at once than it has idle
//! threads, it may queue one of them (`TaskPool::spawn`), and looks at the queue again when a thread has ended its
//! connection. A browser keeps connections open for minutes, and so long a module or a request of a test waits. Of 120
//! connections, eight at a time, 7 had no answer after eight seconds, and none with a request ten times a second that
//! ends its connection.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const INTERVAL: Duration = Duration::from_millis(100);

/// A request may be queued itself. Then the next one helps both.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Sends requests to a server until it is dropped.
#[derive(Debug)]
pub(super) struct Nudges {
    /// `None` only while it is dropped.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Nudges {
    pub(super) fn of(server: SocketAddr) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                // Between two programs, there is no server.
                drop(nudge(server));
            }
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Nudges {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic was printed.
            drop(thread.join());
        }
    }
}

/// Sends a request whose response ends the connection.
fn nudge(server: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&server, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn requests_are_sent_until_the_end() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let nudges = Nudges::of(listener.local_addr().unwrap());
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut start = [0; 5];
            stream.read_exact(&mut start).unwrap();
            assert_eq!(&start, b"GET /");
        }
        drop(nudges);
        listener.set_nonblocking(true).unwrap();
        while listener.accept().is_ok() {}
        thread::sleep(3 * INTERVAL);
        assert!(listener.accept().is_err(), "a request after the end");
    }
}
