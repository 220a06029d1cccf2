//! How many connections each client has, so that one does not take the places of all.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::client;

/// Counts only clients that have a connection, so it is as bounded as the connections are.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    at_most: usize,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection that counts until this is dropped.
#[derive(Debug)]
pub(super) struct Counted {
    clients: Clients,
    client: Option<IpAddr>,
}

impl Clients {
    /// Zero is no limit.
    pub(super) fn new(at_most: usize) -> Self {
        Self {
            at_most,
            open: Arc::default(),
        }
    }

    /// None when this client has as many connections as it may.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Counted> {
        let client = client::counted(address).filter(|_| self.at_most > 0);
        if let Some(client) = client {
            let mut open = self.open();
            let connections = open.entry(client).or_default();
            if *connections >= self.at_most {
                return None;
            }
            *connections += 1;
        }
        let clients = self.clone();
        Some(Counted { clients, client })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some(client) = self.client else { return };
        let mut open = self.clients.open();
        if let Some(connections) = open.get_mut(&client) {
            *connections -= 1;
            if *connections == 0 {
                open.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_so_many_connections_whatever_others_have() {
        let clients = Clients::new(2);
        let (one, other) = ([203, 0, 113, 1].into(), [203, 0, 113, 2].into());
        let first = clients.admit(one);
        let second = clients.admit(one);
        assert!(first.is_some() && second.is_some() && clients.admit(one).is_none());
        assert!(clients.admit(other).is_some());
        drop(first);
        assert!(clients.admit(one).is_some());
        drop(second);
        assert!(clients.open().is_empty());
    }

    #[test]
    fn programs_on_this_machine_are_not_counted_and_zero_is_no_limit() {
        let limited = Clients::new(1);
        let all: Vec<_> = (0..9)
            .map(|_| limited.admit([127, 0, 0, 1].into()))
            .collect();
        assert!(all.iter().all(Option::is_some));
        let unlimited = Clients::new(0);
        let all: Vec<_> = (0..9)
            .map(|_| unlimited.admit([203, 0, 113, 1].into()))
            .collect();
        assert!(all.iter().all(Option::is_some));
    }
}
