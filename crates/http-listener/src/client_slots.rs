//! Limits the connections of each client, so that one client cannot take all of them.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::client_key;

/// Counts open connections per client. Only clients with a connection have an entry.
#[derive(Clone, Debug)]
pub(crate) struct ClientSlots {
    max_per_client: usize,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A counted connection. Dropping it frees the slot.
#[derive(Debug)]
pub(crate) struct ClientSlot {
    slots: ClientSlots,
    client: Option<IpAddr>,
}

impl ClientSlots {
    /// Zero is no limit.
    pub(crate) fn new(max_per_client: usize) -> Self {
        Self {
            max_per_client,
            open: Arc::default(),
        }
    }

    /// Takes a slot. Returns `None` if the client is at its limit.
    pub(crate) fn take(&self, address: IpAddr) -> Option<ClientSlot> {
        let client = client_key(address).filter(|_| self.max_per_client > 0);
        if let Some(client) = client {
            let mut open = self.open();
            let connections = open.entry(client).or_default();
            if *connections >= self.max_per_client {
                return None;
            }
            *connections += 1;
        }
        let slots = self.clone();
        Some(ClientSlot { slots, client })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ClientSlot {
    fn drop(&mut self) {
        let Some(client) = self.client else { return };
        let mut open = self.slots.open();
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
    fn limit_holds_for_each_client_separately() {
        let slots = ClientSlots::new(2);
        let (one, other) = ([203, 0, 113, 1].into(), [203, 0, 113, 2].into());
        let first = slots.take(one);
        let second = slots.take(one);
        assert!(first.is_some() && second.is_some() && slots.take(one).is_none());
        assert!(slots.take(other).is_some());
        drop(first);
        assert!(slots.take(one).is_some());
        drop(second);
        assert!(slots.open().is_empty());
    }

    #[test]
    fn local_programs_are_not_limited_and_zero_is_no_limit() {
        let limited = ClientSlots::new(1);
        let all: Vec<_> = (0..9)
            .map(|_| limited.take([127, 0, 0, 1].into()))
            .collect();
        assert!(all.iter().all(Option::is_some));
        let unlimited = ClientSlots::new(0);
        let all: Vec<_> = (0..9)
            .map(|_| unlimited.take([203, 0, 113, 1].into()))
            .collect();
        assert!(all.iter().all(Option::is_some));
    }
}
