//! Limits open connections, with a share for each kind of waiting connection.
//!
//! While all slots are taken, a new connection evicts one that waits for its client. The first
//! choice is the connection that has been idle for longest, as in nginx: one without a complete
//! request head, or between two requests.
//!
//! Other clients can be slow in the middle of a request: with an incomplete body, an unread response
//! or an event stream. Each of these kinds has a share of the slots. If a kind exceeds its share, its
//! oldest connection is evicted. The shares leave an eighth of the slots to requests that do not wait
//! for a client, so a slot becomes free for the next connection.
//!
//! If the awaited data arrives just before an eviction, the connection stays and another one is
//! evicted, because the client could not know whether its request was handled.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Event streams are limited to their share even while slots are free, because each stream gets each
/// update. This is the minimum of that limit.
const MIN_EVENT_STREAMS: usize = 8;

/// The time for a request's head before a connection counts as idle.
const HEAD_GRACE: Duration = Duration::from_millis(250);

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// The head of a request: the connection is idle.
    Head,
    /// The rest of a request's body.
    Body,
    /// The client to read a response.
    Response,
    /// The client to read events.
    Events,
}

/// Kinds with a share, in the order of eviction.
const SHARED: [Wait; 3] = [Wait::Body, Wait::Events, Wait::Response];

impl Wait {
    /// Returns the share of this many connections.
    fn share(self, connections: usize) -> usize {
        let share = match self {
            Self::Head => connections,
            Self::Body => connections / 2,
            Self::Response => connections / 4,
            Self::Events => connections / 8,
        };
        share.max(1)
    }
}

/// The slots of a listener.
#[derive(Debug)]
pub(crate) struct ConnectionSlots {
    free: Arc<Semaphore>,
    evictable: Arc<Evictable>,
    evicted: AtomicU64,
}

/// Connections that can be evicted, because they wait for their clients.
#[derive(Debug)]
struct Evictable {
    connections: usize,
    order: Mutex<Order>,
    /// Notified when a connection starts to wait.
    added: Notify,
    /// Notified when an eviction is revoked.
    revoked: Notify,
}

/// A waiting connection.
#[derive(Debug)]
struct Waiting {
    since: Instant,
    eviction: Arc<Notify>,
}

/// Waiting connections by kind, longest wait first.
#[derive(Debug, Default)]
struct Order {
    last: u64,
    kinds: [BTreeMap<u64, Waiting>; 4],
}

/// A connection's slot. Dropping it frees the slot.
#[derive(Debug)]
pub(crate) struct Slot {
    evictable: Arc<Evictable>,
    eviction: Arc<Notify>,
    /// The awaited data arrived after the connection was chosen for eviction.
    is_revoked: AtomicBool,
    /// What the connection waits for, and its number in that order. `None` while a request is in
    /// flight.
    state: Mutex<Option<(Wait, u64)>>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// A request in flight, until its response is complete.
#[derive(Debug)]
pub(crate) struct Request(Arc<Slot>);

impl ConnectionSlots {
    pub(crate) fn new(connections: usize) -> Self {
        let connections = connections.max(1);
        Self {
            free: Arc::new(Semaphore::new(connections)),
            evictable: Arc::new(Evictable {
                connections,
                order: Mutex::default(),
                added: Notify::new(),
                revoked: Notify::new(),
            }),
            evicted: AtomicU64::new(0),
        }
    }

    /// Takes a free slot, or evicts a connection. Waits only while all connections have a request in
    /// flight and no kind exceeds its share.
    pub(crate) async fn take(&self) -> Arc<Slot> {
        let mut is_evicting = false;
        loop {
            let one_was_added = self.evictable.added.notified();
            let one_stays = self.evictable.revoked.notified();
            if self.free.available_permits() == 0 && !is_evicting {
                is_evicting = self.evictable.evict_one();
                self.evicted
                    .fetch_add(u64::from(is_evicting), Ordering::Relaxed);
            }
            tokio::select! {
                permit = Arc::clone(&self.free).acquire_owned() => {
                    return Slot::new(Arc::clone(&self.evictable), permit.ok());
                }
                () = one_was_added, if !is_evicting => {}
                () = one_stays, if is_evicting => {
                    self.evicted.fetch_sub(1, Ordering::Relaxed);
                    is_evicting = false;
                }
            }
        }
    }
}

impl ConnectionSlots {
    /// Returns the number of evicted connections.
    pub(crate) fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }
}

impl Evictable {
    fn order(&self) -> MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, wait: Wait, eviction: &Arc<Notify>) -> u64 {
        let mut order = self.order();
        order.last += 1;
        let number = order.last;
        let waiting = Waiting {
            since: Instant::now(),
            eviction: Arc::clone(eviction),
        };
        order.kinds[wait as usize].insert(number, waiting);
        let max_streams = wait.share(self.connections).max(MIN_EVENT_STREAMS);
        if wait == Wait::Events && order.kinds[wait as usize].len() > max_streams {
            order.evict_first(wait);
        }
        drop(order);
        self.added.notify_waiters();
        number
    }

    /// Returns `false` if the connection is already chosen for eviction.
    fn remove(&self, (wait, number): (Wait, u64)) -> bool {
        self.order().kinds[wait as usize].remove(&number).is_some()
    }

    /// Evicts the longest idle connection, or one of a kind over its share. Returns `false` if there is
    /// none. A new connection is the last choice, because its request may be on the way.
    fn evict_one(&self) -> bool {
        let mut order = self.order();
        let oldest = order.kinds[Wait::Head as usize].values().next();
        let is_idle = oldest.is_some_and(|waiting| waiting.since.elapsed() >= HEAD_GRACE);
        if is_idle && order.evict_first(Wait::Head) {
            return true;
        }
        let over = |wait: &Wait| order.kinds[*wait as usize].len() > wait.share(self.connections);
        let over = SHARED.into_iter().find(over);
        order.evict_first(over.unwrap_or(Wait::Head))
    }
}

impl Order {
    /// Returns `false` if no connection waits for this.
    fn evict_first(&mut self, wait: Wait) -> bool {
        let first = self.kinds[wait as usize].pop_first();
        first.is_some_and(|(_, waiting)| {
            waiting.eviction.notify_one();
            true
        })
    }
}

impl Slot {
    fn new(evictable: Arc<Evictable>, permit: Option<OwnedSemaphorePermit>) -> Arc<Self> {
        let slot = Arc::new(Self {
            evictable,
            eviction: Arc::default(),
            is_revoked: AtomicBool::default(),
            state: Mutex::default(),
            _permit: permit,
        });
        slot.waits(Wait::Head);
        slot
    }

    /// Completes when the connection is evicted.
    pub(crate) async fn evicted(&self) {
        loop {
            self.eviction.notified().await;
            if !self.is_revoked.swap(false, Ordering::Relaxed) {
                return;
            }
            self.evictable.revoked.notify_waiters();
        }
    }

    /// Starts a request, whose head has arrived.
    pub(crate) fn request(self: &Arc<Self>) -> Request {
        self.is_in_flight();
        Request(Arc::clone(self))
    }

    fn waits(&self, wait: Wait) {
        let mut state = self.state();
        if let Some(former) = state.take() {
            self.stop_waiting(former);
        }
        *state = Some((wait, self.evictable.add(wait, &self.eviction)));
    }

    fn is_in_flight(&self) {
        if let Some(former) = self.state().take() {
            self.stop_waiting(former);
        }
    }

    fn stop_waiting(&self, former: (Wait, u64)) {
        if !self.evictable.remove(former) {
            self.is_revoked.store(true, Ordering::Relaxed);
        }
    }

    fn state(&self) -> MutexGuard<'_, Option<(Wait, u64)>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.is_in_flight();
    }
}

impl Request {
    pub(crate) fn slot(&self) -> &Arc<Slot> {
        &self.0
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.waits(Wait::Head);
    }
}

/// A request's body. Its connection waits until it is complete.
#[derive(Debug)]
pub(crate) struct RequestBody<B> {
    body: B,
    slot: Arc<Slot>,
    is_complete: bool,
}

impl<B: HttpBody> RequestBody<B> {
    pub(crate) fn new(body: B, slot: Arc<Slot>) -> Self {
        let is_complete = body.is_end_stream();
        if !is_complete {
            slot.waits(Wait::Body);
        }
        Self {
            body,
            slot,
            is_complete,
        }
    }
}

impl<B> RequestBody<B> {
    fn complete(&mut self) {
        // The response may have started before the body was complete.
        let waits = |state: Option<(Wait, u64)>| matches!(state, Some((Wait::Body, _)));
        if !std::mem::replace(&mut self.is_complete, true) && waits(*self.slot.state()) {
            self.slot.is_in_flight();
        }
    }
}

impl<B: HttpBody + Unpin> HttpBody for RequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) || self.body.is_end_stream() {
            self.complete();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for RequestBody<B> {
    fn drop(&mut self) {
        self.complete();
    }
}

/// A response's body. The request is in flight until it is complete.
#[derive(Debug)]
pub(crate) struct ResponseBody {
    body: Body,
    _request: Request,
}

/// A shorter response is written in one step, so the connection does not wait.
const MIN_WAITED_BYTES: u64 = 64 * 1024;

impl ResponseBody {
    pub(crate) fn new(body: Body, request: Request, is_events: bool) -> Self {
        let is_short = body
            .size_hint()
            .exact()
            .is_some_and(|bytes| bytes < MIN_WAITED_BYTES);
        if is_events {
            request.slot().waits(Wait::Events);
        } else if !is_short {
            request.slot().waits(Wait::Response);
        }
        Self {
            body,
            _request: request,
        }
    }
}

impl HttpBody for ResponseBody {
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
    async fn new_connection_evicts_one_and_no_more() {
        let slots = ConnectionSlots::new(2);
        let (first, second) = (slots.take().await, slots.take().await);
        let mut third = Box::pin(slots.take());
        assert!(third.as_mut().now_or_never().is_none());
        assert!(first.evicted().now_or_never().is_some());
        // Another idle connection is not evicted in addition.
        drop(second.request());
        assert!(third.as_mut().now_or_never().is_none());
        assert!(second.evicted().now_or_never().is_none());
        drop(first);
        third.await;
    }

    /// Takes slots for these waits and one more. Returns the indices of the evicted connections.
    async fn evicted(slots: &ConnectionSlots, waits: &[Wait]) -> Vec<usize> {
        let mut taken = Vec::new();
        for wait in waits {
            let slot = slots.take().await;
            let request = slot.request();
            slot.waits(*wait);
            taken.push((slot, request));
        }
        let one_more = slots.take().now_or_never();
        assert!(one_more.is_none());
        let is_evicted = |(slot, _): &(Arc<Slot>, Request)| slot.evicted().now_or_never().is_some();
        let is_evicted = taken.iter().map(is_evicted).collect::<Vec<_>>();
        (0..is_evicted.len())
            .filter(|index| is_evicted[*index])
            .collect()
    }

    #[tokio::test]
    async fn request_that_arrives_during_its_eviction_is_served_and_another_connection_is_evicted()
    {
        let slots = ConnectionSlots::new(2);
        let (first, second) = (slots.take().await, slots.take().await);
        let mut third = Box::pin(slots.take());
        assert!(third.as_mut().now_or_never().is_none());
        let request = first.request();
        // The body arrives after the head.
        first.waits(Wait::Body);
        assert!(first.evicted().now_or_never().is_none());
        assert!(third.as_mut().now_or_never().is_none());
        assert!(second.evicted().now_or_never().is_some());
        assert_eq!(slots.evicted(), 1);
        drop(second);
        third.await;
        drop(request);
        assert!(first.evicted().now_or_never().is_none());
    }

    #[tokio::test]
    async fn oldest_of_a_kind_over_its_share_is_evicted() {
        use Wait::{Body, Events, Response};
        let mixed = [Response, Body, Body, Body, Body, Body, Events, Response];
        assert_eq!(evicted(&ConnectionSlots::new(8), &mixed).await, [1]);
        assert_eq!(evicted(&ConnectionSlots::new(8), &[Events; 8]).await, [0]);
        assert_eq!(evicted(&ConnectionSlots::new(8), &[Response; 8]).await, [0]);
    }

    #[tokio::test]
    async fn new_connection_is_evicted_after_a_kind_over_its_share() {
        use Wait::{Body, Head};
        let mixed = [Body, Body, Body, Body, Body, Body, Body, Head];
        assert_eq!(evicted(&ConnectionSlots::new(8), &mixed).await, [0]);
        let few = [Body, Body, Body, Body, Head];
        assert_eq!(evicted(&ConnectionSlots::new(5), &few).await, [0]);
        assert_eq!(evicted(&ConnectionSlots::new(2), &[Head, Head]).await, [0]);
    }

    #[tokio::test]
    async fn event_streams_are_limited_to_their_share() {
        let slots = ConnectionSlots::new(128);
        let mut streams = Vec::new();
        for _ in 0..17 {
            let slot = slots.take().await;
            streams.push(slot.request());
            slot.waits(Wait::Events);
        }
        let is_evicted = |request: &Request| request.slot().evicted().now_or_never().is_some();
        let is_evicted = streams.iter().map(is_evicted).collect::<Vec<_>>();
        assert!(is_evicted[0], "the limit is 16");
        assert_eq!(is_evicted.iter().filter(|evicted| **evicted).count(), 1);
    }
}
