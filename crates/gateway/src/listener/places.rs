//! So many connections at once, and a share of them for each kind of waiting.
//!
//! A connection that waits for its client keeps its place only as long as nobody else needs it:
//! first goes the one that has been silent for longest, as in nginx. Silent is who has not said
//! a whole request's head yet, and who is between two requests.
//!
//! A client that is in the middle of something can take as long: half of a body, an answer that
//! is not read, an event stream. Each of these kinds has a share of the places. While all
//! places are taken and a kind has more than its share, its oldest connection goes. The shares
//! leave an eighth of the places to requests that wait for nobody, so there is always a place
//! for the next one.

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

/// Each event stream gets each update, so there are never more of them than their share, or
/// than this where there are few places.
const MIN_EVENT_STREAMS: usize = 8;

/// What a connection waits for its client to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// To send a request's head.
    Head,
    /// To send the rest of a request's body.
    Body,
    /// To read an answer.
    Answer,
    /// To read events.
    Events,
}

/// Kinds that have a share, in the order in which they give places back.
const SHARED: [Wait; 3] = [Wait::Body, Wait::Events, Wait::Answer];

impl Wait {
    /// The share of `places` connections.
    fn share(self, places: usize) -> usize {
        let share = match self {
            Self::Head => places,
            Self::Body => places / 2,
            Self::Answer => places / 4,
            Self::Events => places / 8,
        };
        share.max(1)
    }
}

#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    waiting: Arc<Waiting>,
}

/// Connections that wait for their clients.
#[derive(Debug)]
struct Waiting {
    places: usize,
    order: Mutex<Order>,
    more: Notify,
}

/// By kind, those that began to wait first before others.
#[derive(Debug, Default)]
struct Order {
    last: u64,
    kinds: [BTreeMap<u64, Arc<Notify>>; 4],
}

/// A connection's place, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    waiting: Arc<Waiting>,
    leave: Arc<Notify>,
    /// For what it waits, and since when; absent while the gateway is at work.
    state: Mutex<Option<(Wait, u64)>>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// A request at hand, until its answer has been taken.
#[derive(Debug)]
pub(super) struct Busy(Arc<Place>);

impl Places {
    pub(super) fn new(connections: usize) -> Self {
        let places = connections.max(1);
        Self {
            free: Arc::new(Semaphore::new(places)),
            waiting: Arc::new(Waiting {
                places,
                order: Mutex::default(),
                more: Notify::new(),
            }),
        }
    }

    /// Waits for a place only when all connections have a request at hand, and none of a kind
    /// that has more than its share.
    pub(super) async fn take(&self) -> Arc<Place> {
        let mut one_goes = false;
        loop {
            let more_wait = self.waiting.more.notified();
            if self.free.available_permits() == 0 && !one_goes {
                one_goes = self.waiting.evict_one();
            }
            tokio::select! {
                permit = Arc::clone(&self.free).acquire_owned() => {
                    return Place::new(Arc::clone(&self.waiting), permit.ok());
                }
                () = more_wait, if !one_goes => {}
            }
        }
    }
}

impl Waiting {
    fn order(&self) -> MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, wait: Wait, leave: &Arc<Notify>) -> u64 {
        let mut order = self.order();
        order.last += 1;
        let number = order.last;
        order.kinds[wait as usize].insert(number, Arc::clone(leave));
        let max_streams = wait.share(self.places).max(MIN_EVENT_STREAMS);
        if wait == Wait::Events && order.kinds[wait as usize].len() > max_streams {
            order.evict_first(wait);
        }
        drop(order);
        self.more.notify_waiters();
        number
    }

    fn remove(&self, (wait, number): (Wait, u64)) {
        self.order().kinds[wait as usize].remove(&number);
    }

    /// False when no connection has to go.
    fn evict_one(&self) -> bool {
        let mut order = self.order();
        if order.evict_first(Wait::Head) {
            return true;
        }
        let over = |wait: &Wait| order.kinds[*wait as usize].len() > wait.share(self.places);
        let over = SHARED.into_iter().find(over);
        over.is_some_and(|wait| order.evict_first(wait))
    }
}

impl Order {
    /// False when none waits for this.
    fn evict_first(&mut self, wait: Wait) -> bool {
        let first = self.kinds[wait as usize].pop_first();
        first.is_some_and(|(_, leave)| {
            leave.notify_one();
            true
        })
    }
}

impl Place {
    fn new(waiting: Arc<Waiting>, permit: Option<OwnedSemaphorePermit>) -> Arc<Self> {
        let place = Arc::new(Self {
            waiting,
            leave: Arc::default(),
            state: Mutex::default(),
            _permit: permit,
        });
        place.waits(Wait::Head);
        place
    }

    /// Ready when somebody else needs the place.
    pub(super) async fn needed(&self) {
        self.leave.notified().await;
    }

    /// A request's head has come.
    pub(super) fn busy(self: &Arc<Self>) -> Busy {
        self.works();
        Busy(Arc::clone(self))
    }

    fn waits(&self, wait: Wait) {
        let mut state = self.state();
        if let Some(former) = state.take() {
            self.waiting.remove(former);
        }
        *state = Some((wait, self.waiting.add(wait, &self.leave)));
    }

    fn works(&self) {
        if let Some(former) = self.state().take() {
            self.waiting.remove(former);
        }
    }

    fn state(&self) -> MutexGuard<'_, Option<(Wait, u64)>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.works();
    }
}

impl Busy {
    pub(super) fn place(&self) -> &Arc<Place> {
        &self.0
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.waits(Wait::Head);
    }
}

/// A request's body. Until it has come, its connection waits for it.
#[derive(Debug)]
pub(super) struct Arriving<B> {
    body: B,
    place: Arc<Place>,
    is_complete: bool,
}

impl<B: HttpBody> Arriving<B> {
    pub(super) fn new(body: B, place: Arc<Place>) -> Self {
        let is_complete = body.is_end_stream();
        if !is_complete {
            place.waits(Wait::Body);
        }
        Self {
            body,
            place,
            is_complete,
        }
    }
}

impl<B> Arriving<B> {
    fn complete(&mut self) {
        // An answer may have been given before the body came.
        let waits = |state: Option<(Wait, u64)>| matches!(state, Some((Wait::Body, _)));
        if !std::mem::replace(&mut self.is_complete, true) && waits(*self.place.state()) {
            self.place.works();
        }
    }
}

impl<B: HttpBody + Unpin> HttpBody for Arriving<B> {
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

impl<B> Drop for Arriving<B> {
    fn drop(&mut self) {
        self.complete();
    }
}

/// An answer's body. While it is not finished, the connection is busy.
#[derive(Debug)]
pub(super) struct Answering {
    body: Body,
    _busy: Busy,
}

/// A shorter answer is written in one go.
const MIN_WAITED_BYTES: u64 = 64 * 1024;

impl Answering {
    pub(super) fn new(body: Body, busy: Busy, is_events: bool) -> Self {
        let is_short = body
            .size_hint()
            .exact()
            .is_some_and(|bytes| bytes < MIN_WAITED_BYTES);
        if is_events {
            busy.place().waits(Wait::Events);
        } else if !is_short {
            busy.place().waits(Wait::Answer);
        }
        Self { body, _busy: busy }
    }
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

    /// Connections that wait for this, and which of them had to go when one more came.
    async fn evicted(places: &Places, waits: &[Wait]) -> Vec<usize> {
        let mut taken = Vec::new();
        for wait in waits {
            let place = places.take().await;
            let busy = place.busy();
            place.waits(*wait);
            taken.push((place, busy));
        }
        let one_more = places.take().now_or_never();
        assert!(one_more.is_none());
        let gone = |(place, _): &(Arc<Place>, Busy)| place.needed().now_or_never().is_some();
        let gone = taken.iter().map(gone).collect::<Vec<_>>();
        (0..gone.len()).filter(|index| gone[*index]).collect()
    }

    #[tokio::test]
    async fn oldest_of_a_kind_over_its_share_goes_and_others_stay() {
        use Wait::{Answer, Body, Events};
        let mixed = [Answer, Body, Body, Body, Body, Body, Events, Answer];
        assert_eq!(evicted(&Places::new(8), &mixed).await, [1]);
        assert_eq!(evicted(&Places::new(8), &[Events; 8]).await, [0]);
        assert_eq!(evicted(&Places::new(8), &[Answer; 8]).await, [0]);
    }

    #[tokio::test]
    async fn event_streams_never_have_more_than_their_share() {
        let places = Places::new(128);
        let mut streams = Vec::new();
        for _ in 0..17 {
            let place = places.take().await;
            streams.push(place.busy());
            place.waits(Wait::Events);
        }
        let gone = |busy: &Busy| busy.place().needed().now_or_never().is_some();
        let gone = streams.iter().map(gone).collect::<Vec<_>>();
        assert!(
            gone[0],
            "the oldest of 17 goes, for there are places for 16"
        );
        assert_eq!(gone.iter().filter(|is_gone| **is_gone).count(), 1);
    }
}
