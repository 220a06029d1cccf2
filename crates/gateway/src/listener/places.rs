//! So many connections at once. One that says nothing keeps its place only as long as
//! nobody else needs it: then the one that has been silent for longest goes, as in nginx.
//!
//! Silent is who has not said a whole request's head yet, and who is between two requests.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    silent: Arc<Silent>,
}

/// Connections by the order in which they fell silent.
#[derive(Debug, Default)]
struct Silent {
    order: Mutex<Order>,
    more: Notify,
}

#[derive(Debug, Default)]
struct Order {
    last: u64,
    leave: BTreeMap<u64, Arc<Notify>>,
}

/// A connection's place, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    silent: Arc<Silent>,
    leave: Arc<Notify>,
    /// Absent during a request.
    silent_since: Mutex<Option<u64>>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// A request at hand, until its answer has been taken.
#[derive(Debug)]
pub(super) struct Busy(Arc<Place>);

impl Places {
    pub(super) fn new(connections: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(connections.max(1))),
            silent: Arc::default(),
        }
    }

    /// Waits for a place only when all connections have a request at hand.
    pub(super) async fn take(&self) -> Arc<Place> {
        let mut one_goes = false;
        loop {
            let more_are_silent = self.silent.more.notified();
            if self.free.available_permits() == 0 && !one_goes {
                one_goes = self.silent.send_away_the_first();
            }
            tokio::select! {
                permit = Arc::clone(&self.free).acquire_owned() => {
                    return Place::new(Arc::clone(&self.silent), permit.ok());
                }
                () = more_are_silent, if !one_goes => {}
            }
        }
    }
}

impl Silent {
    fn order(&self) -> MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, leave: &Arc<Notify>) -> u64 {
        let mut order = self.order();
        order.last += 1;
        let number = order.last;
        order.leave.insert(number, Arc::clone(leave));
        drop(order);
        self.more.notify_waiters();
        number
    }

    /// False when none is silent.
    fn send_away_the_first(&self) -> bool {
        let first = self.order().leave.pop_first();
        first.is_some_and(|(_, leave)| {
            leave.notify_one();
            true
        })
    }
}

impl Place {
    fn new(silent: Arc<Silent>, permit: Option<OwnedSemaphorePermit>) -> Arc<Self> {
        let leave = Arc::default();
        let silent_since = Mutex::new(Some(silent.add(&leave)));
        Arc::new(Self {
            silent,
            leave,
            silent_since,
            _permit: permit,
        })
    }

    /// Ready when somebody else needs the place.
    pub(super) async fn needed(&self) {
        self.leave.notified().await;
    }

    pub(super) fn busy(self: &Arc<Self>) -> Busy {
        self.is_heard();
        Busy(Arc::clone(self))
    }

    fn is_heard(&self) {
        if let Some(number) = self.silent_since().take() {
            self.silent.order().leave.remove(&number);
        }
    }

    fn silent_since(&self) -> MutexGuard<'_, Option<u64>> {
        self.silent_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.is_heard();
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let Self(place) = self;
        *place.silent_since() = Some(place.silent.add(&place.leave));
    }
}

/// An answer's body. While it is not finished, the connection is busy.
#[derive(Debug)]
pub(super) struct Answering {
    pub(super) body: Body,
    pub(super) _busy: Busy,
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn one_that_needs_a_place_sends_one_away_and_no_more() {
        let places = Places::new(2);
        let (first, second) = (places.take().await, places.take().await);
        let mut third = Box::pin(places.take());
        assert!(third.as_mut().now_or_never().is_none());
        assert!(first.needed().now_or_never().is_some());
        // That the other one falls silent again makes no difference.
        drop(second.busy());
        assert!(third.as_mut().now_or_never().is_none());
        assert!(second.needed().now_or_never().is_none());
        drop(first);
        third.await;
    }
}
