//! A real server: it starts, stops, crashes and leaves nothing behind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::net::TcpStream;

use postgres_server::{Programs, Server};

fn address(server: &Server) -> String {
    let url = server.url("postgres");
    let address = url.strip_prefix("postgres://cruddur@").unwrap();
    address.strip_suffix("/postgres").unwrap().to_owned()
}

#[test]
fn server_stops_and_resumes_on_its_port() {
    if let Err(error) = Programs::find() {
        println!("skipped: {error}");
        return;
    }
    let mut server = Server::start().unwrap();
    let address = address(&server);
    TcpStream::connect(&address).unwrap();
    server.stop().unwrap();
    assert!(TcpStream::connect(&address).is_err());
    server.resume().unwrap();
    server.crash().unwrap();
    assert!(TcpStream::connect(&address).is_err());
    server.resume().unwrap();
    TcpStream::connect(&address).unwrap();
    drop(server);
    assert!(TcpStream::connect(&address).is_err());
}
