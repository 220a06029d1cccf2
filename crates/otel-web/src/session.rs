//! The visit that a trace belongs to: over after half an hour of silence or four hours in all.
//!
//! All tabs of an origin share it through `localStorage`; where there is none (a worker, a browser
//! that forbids it) it lasts as long as the page. Each new root links to the root before it, so that
//! a visit can be walked from trace to trace, and the sampler decides by session, so that a visit is
//! seen as a whole or not at all.

use opentelemetry::trace::SpanContext;

use crate::propagation::{parse_traceparent, traceparent};
use crate::slot::{self, Slot};
use crate::{hex, platform, text};

const KEY: &str = "otel.session";
const IDLE_MS: u64 = 30 * 60 * 1_000;
const LONGEST_MS: u64 = 4 * 60 * 60 * 1_000;
/// In the text that is stored, so that it always has the same number of parts.
const NONE: &str = "-";

thread_local! {
    static CURRENT: Slot<Session> = const { Slot::new(None) };
}

/// As it is stored: `id started last-used previous-id latest-root`, times in milliseconds since 1970
/// and all in hexadecimal.
#[derive(Clone, Debug, PartialEq)]
struct Session {
    id: String,
    started_ms: u64,
    used_ms: u64,
    /// Of the session before this, if it was on this device.
    previous_id: String,
    /// The `traceparent` of the latest root.
    latest_root: String,
}

/// What a root says about its session.
#[derive(Debug, PartialEq)]
pub(crate) struct RootSession {
    pub(crate) id: String,
    /// Told by the first root of a session only.
    pub(crate) previous_id: Option<String>,
    /// The root before this one.
    pub(crate) previous_root: Option<SpanContext>,
}

/// Keeps the session alive. Returns the id of one that this page has not been in before.
pub(crate) fn keep_alive() -> Option<String> {
    let now = platform::wall_ms() as u64;
    let mut current = CURRENT.take();
    let lives_on = current
        .as_ref()
        .is_some_and(|session| session.is_alive(now));
    if let Some(session) = current.as_mut().filter(|_| lives_on) {
        session.used_ms = now;
    } else {
        // Another tab may have kept it alive, or begun the next one.
        let stored = platform::stored(KEY).and_then(|text| Session::parse(&text));
        let before = stored.or(current.map(|session| *session));
        current = Some(Box::new(Session::after(before, now)));
    }
    let new_id = current
        .as_ref()
        .filter(|_| !lives_on)
        .map(|session| session.id.clone());
    CURRENT.set(current);
    new_id
}

/// The id of the session that this page is in.
pub(crate) fn current_id() -> String {
    keep_alive();
    slot::with(&CURRENT, |session| session.id.clone()).unwrap_or_default()
}

/// Notes the root of a trace, and tells what it belongs to. `None` before the first [`keep_alive`].
pub(crate) fn join(root: &SpanContext) -> Option<RootSession> {
    slot::with(&CURRENT, |session| {
        let membership = session.join(traceparent(root));
        platform::store(KEY, &session.to_text());
        membership
    })
}

impl Session {
    fn is_alive(&self, now_ms: u64) -> bool {
        now_ms.abs_diff(self.used_ms) < IDLE_MS && now_ms.abs_diff(self.started_ms) < LONGEST_MS
    }

    /// The same session where it is alive, else a new one.
    fn after(stored: Option<Self>, now_ms: u64) -> Self {
        match stored {
            Some(session) if session.is_alive(now_ms) => Self {
                used_ms: now_ms,
                ..session
            },
            ended => Self {
                id: new_id(),
                started_ms: now_ms,
                used_ms: now_ms,
                previous_id: ended.map_or_else(|| NONE.to_owned(), |session| session.id),
                latest_root: NONE.to_owned(),
            },
        }
    }

    fn join(&mut self, root: String) -> RootSession {
        let previous = std::mem::replace(&mut self.latest_root, root);
        let is_first = previous == NONE && self.previous_id != NONE;
        RootSession {
            id: self.id.clone(),
            previous_id: is_first.then(|| self.previous_id.clone()),
            previous_root: parse_traceparent(&previous),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut next = || text::next_part(&mut rest, b' ');
        let session = Self {
            id: next().to_owned(),
            started_ms: parse_ms(next())?,
            used_ms: parse_ms(next())?,
            previous_id: next().to_owned(),
            latest_root: next().to_owned(),
        };
        (session.id.len() == 32 && !session.latest_root.is_empty()).then_some(session)
    }

    fn to_text(&self) -> String {
        let mut text = [&self.id, " "].concat();
        for ms in [self.started_ms, self.used_ms] {
            hex::push(&mut text, &ms.to_be_bytes());
            text.push(' ');
        }
        text.push_str(&self.previous_id);
        text.push(' ');
        text.push_str(&self.latest_root);
        text
    }
}

fn parse_ms(digits: &str) -> Option<u64> {
    let mut bytes = [0; 8];
    hex::read(digits.as_bytes(), &mut bytes)?;
    Some(u64::from_be_bytes(bytes))
}

fn new_id() -> String {
    let mut bytes = [0; 16];
    platform::fill_random(&mut bytes);
    let mut id = String::with_capacity(32);
    hex::push(&mut id, &bytes);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;
    const ROOT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";

    fn session(used_ms: u64) -> Session {
        Session {
            id: "0123456789abcdef0123456789abcdef".to_owned(),
            started_ms: 0,
            used_ms,
            previous_id: NONE.to_owned(),
            latest_root: ROOT.to_owned(),
        }
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let session = session(29 * MINUTE);
        assert_eq!(Session::parse(&session.to_text()), Some(session));
    }

    #[test]
    fn a_session_goes_on_while_it_is_used() {
        let now = Session::after(Some(session(0)), 29 * MINUTE);
        assert_eq!(now, session(29 * MINUTE));
    }

    #[test]
    fn half_an_hour_of_silence_or_four_hours_end_it() {
        for (used, now) in [(0, 30), (239, 240)] {
            let ended = session(used * MINUTE);
            let next = Session::after(Some(ended.clone()), now * MINUTE);
            assert_ne!(next.id, ended.id);
            assert_eq!(next.previous_id, ended.id);
        }
    }

    #[test]
    fn what_cannot_be_read_starts_a_new_one() {
        let old_format = "0123456789abcdef0123456789abcdef 1700000000000 1700000000000";
        for stored in ["", "old", old_format, "x - - - -", " 1 2"] {
            assert_eq!(Session::parse(stored), None, "{stored:?}");
        }
    }

    #[test]
    fn each_root_knows_the_one_before_it_and_the_first_the_session_before() {
        let mut session = Session::after(Some(session(0)), 31 * MINUTE);
        let first = session.join(ROOT.to_owned());
        assert_eq!(
            first.previous_id,
            Some("0123456789abcdef0123456789abcdef".to_owned())
        );
        assert_eq!(first.previous_root, None);
        let second = session.join("00-1-2-3".to_owned());
        assert_eq!(second.previous_id, None);
        assert_eq!(second.previous_root, parse_traceparent(ROOT));
    }

    #[test]
    fn the_first_session_of_a_device_has_none_before() {
        let mut session = Session::after(None, MINUTE);
        assert_eq!(session.join(ROOT.to_owned()).previous_id, None);
    }
}
