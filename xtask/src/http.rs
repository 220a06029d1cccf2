//! A minimal HTTP client for health checks on this machine.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result};

/// The JSON of an OTLP request without spans, which every OTLP receiver accepts.
const NO_SPANS: &str = "{}";

/// The method of a health check, and its body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Method {
    Get,
    /// `POST` of an OTLP request without spans.
    PostNoSpans,
}

/// Returns the status code of a request to the loopback port.
///
/// # Errors
/// If nothing listens, the response takes more than a few seconds, or it is not HTTP.
pub(crate) fn status(port: u16, method: Method, path: &str) -> Result<u16> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(request(port, method, path).as_bytes())?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    code(&head).context("the response is not HTTP/1.1")
}

fn request(port: u16, method: Method, path: &str) -> String {
    let host = format!("Host: 127.0.0.1:{port}\r\nConnection: close\r\n");
    match method {
        Method::Get => format!("GET {path} HTTP/1.1\r\n{host}Accept: */*\r\n\r\n"),
        Method::PostNoSpans => format!(
            "POST {path} HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{NO_SPANS}",
            NO_SPANS.len()
        ),
    }
}

fn code(head: &[u8]) -> Option<u16> {
    let head = std::str::from_utf8(head).ok()?;
    head.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_code_is_read_from_the_first_line() {
        assert_eq!(code(b"HTTP/1.1 204"), Some(204));
        assert_eq!(code(b"SSH-2.0-Open"), None);
    }
}
