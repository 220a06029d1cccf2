//! The session that a trace belongs to. It ends after half an hour without activity, or after four
//! hours.
//!
//! All tabs of an origin share a session through `localStorage`. Without storage (in a worker, or if
//! the browser denies it) a session lasts as long as the page. Each root links to the previous root of
//! its tab, which `sessionStorage` keeps from page to page, so that a visit can be followed from trace to
//! trace. A tab that another one has opened or duplicated continues after the other's root, since
//! browsers copy that storage. Storage is synchronous, so a page writes it once a minute and when it is
//! hidden, not at each root. The sampler decides by session, so that
//! either all traces of a session are sampled or none.

use opentelemetry::trace::SpanContext;

use crate::browser::platform;
use crate::core::propagation::traceparent::{parse_traceparent, traceparent};
use crate::core::slot::{self, Slot};
use crate::core::{hex, text};

const STORAGE_KEY: &str = "otel.session";
/// The session's id and the latest root of the tab.
const TAB_STORAGE_KEY: &str = "otel.root";
const IDLE_TIMEOUT_MS: u64 = 30 * 60 * 1_000;
const MAX_DURATION_MS: u64 = 4 * 60 * 60 * 1_000;
/// Stands for a missing value in the stored text, which always has the same number of parts.
const NO_VALUE: &str = "-";

/// How often the session is written to the storage at most. It is also written when the page is hidden.
const WRITE_INTERVAL_MS: u64 = 60 * 1_000;

thread_local! {
    static CURRENT: Slot<Session> = const { Slot::new(None) };
}

/// A session. It is stored as `id started last-used previous-id latest-root`: times are milliseconds
/// since 1970, and all parts are hexadecimal.
#[derive(Clone, Debug, PartialEq)]
struct Session {
    id: String,
    started_ms: u64,
    last_used_ms: u64,
    /// The id of the previous session on this device.
    previous_id: String,
    /// The `traceparent` of the latest root in any tab.
    latest_root: String,
    /// The `traceparent` of the latest root in this tab. It is not shared.
    root_of_tab: String,
    /// When the session was last written to the storage. 0 if it was not.
    written_ms: u64,
    /// A root has joined since then.
    has_unwritten_root: bool,
}

/// The session data that a root span records.
#[derive(Debug, PartialEq)]
pub(crate) struct RootSession {
    pub(crate) id: String,
    /// Set on the first root of a session only.
    pub(crate) previous_id: Option<String>,
    /// The previous root of the tab.
    pub(crate) previous_root: Option<SpanContext>,
}

/// Extends the session, or starts a new one. Returns the session's id if it is new to this page.
pub(crate) fn keep_alive() -> Option<String> {
    let now = platform::wall_ms() as u64;
    let mut current = CURRENT.take();
    let is_alive = current
        .as_ref()
        .is_some_and(|session| session.is_alive(now));
    if let Some(session) = current.as_mut().filter(|_| is_alive) {
        session.last_used_ms = now;
    } else {
        // Another tab may have extended the session, or started the next one.
        let stored = platform::storage_get(STORAGE_KEY).and_then(|text| Session::parse(&text));
        let known = stored.or(current.map(|session| *session));
        let mut session = Session::continue_or_start(known, now);
        session.read_tab(&platform::tab_storage_get(TAB_STORAGE_KEY).unwrap_or_default());
        current = Some(Box::new(session));
    }
    let new_id = current
        .as_ref()
        .filter(|_| !is_alive)
        .map(|session| session.id.clone());
    CURRENT.set(current);
    new_id
}

/// Returns the id of the current session.
pub(crate) fn current_id() -> String {
    keep_alive();
    slot::with(&CURRENT, |session| session.id.clone()).unwrap_or_default()
}

/// Adds a root to the session. Returns `None` before the first call of [`keep_alive`].
pub(crate) fn join(root: &SpanContext) -> Option<RootSession> {
    slot::with(&CURRENT, |session| {
        let root_session = session.join(traceparent(root));
        if session.is_write_due() {
            session.write();
        }
        root_session
    })
}

/// Writes the session, if a root has joined it since it was written last. To be called when the page is
/// hidden: the next page or tab continues from here.
pub(crate) fn save() {
    slot::with(&CURRENT, |session| {
        if session.has_unwritten_root {
            session.write();
        }
    });
}

impl Session {
    fn is_alive(&self, now_ms: u64) -> bool {
        now_ms.abs_diff(self.last_used_ms) < IDLE_TIMEOUT_MS
            && now_ms.abs_diff(self.started_ms) < MAX_DURATION_MS
    }

    /// Continues a session that is alive, or starts a new one.
    fn continue_or_start(known: Option<Self>, now_ms: u64) -> Self {
        match known {
            Some(session) if session.is_alive(now_ms) => Self {
                last_used_ms: now_ms,
                ..session
            },
            ended => Self {
                id: new_id(),
                started_ms: now_ms,
                last_used_ms: now_ms,
                previous_id: ended.map_or_else(|| NO_VALUE.to_owned(), |session| session.id),
                latest_root: NO_VALUE.to_owned(),
                root_of_tab: String::new(),
                written_ms: 0,
                has_unwritten_root: false,
            },
        }
    }

    fn join(&mut self, root: String) -> RootSession {
        let is_first = self.latest_root == NO_VALUE && self.previous_id != NO_VALUE;
        let previous = std::mem::replace(&mut self.root_of_tab, root.clone());
        self.latest_root = root;
        self.has_unwritten_root = true;
        RootSession {
            id: self.id.clone(),
            previous_id: is_first.then(|| self.previous_id.clone()),
            previous_root: parse_traceparent(&previous),
        }
    }

    /// Whether other tabs would see the session too late, or not at all.
    fn is_write_due(&self) -> bool {
        self.last_used_ms.abs_diff(self.written_ms) >= WRITE_INTERVAL_MS
    }

    fn write(&mut self) {
        self.written_ms = self.last_used_ms;
        self.has_unwritten_root = false;
        platform::storage_set(STORAGE_KEY, &self.to_text());
        platform::tab_storage_set(TAB_STORAGE_KEY, &self.to_tab_text());
    }

    fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut next = || text::next_part(&mut rest, b' ');
        let mut session = Self {
            id: next().to_owned(),
            started_ms: parse_ms(next())?,
            last_used_ms: parse_ms(next())?,
            previous_id: next().to_owned(),
            latest_root: next().to_owned(),
            root_of_tab: String::new(),
            written_ms: 0,
            has_unwritten_root: false,
        };
        session.written_ms = session.last_used_ms;
        (session.id.len() == 32 && !session.latest_root.is_empty()).then_some(session)
    }

    /// Reads the latest root of the tab, if it belongs to this session.
    fn read_tab(&mut self, text: &str) {
        let mut root = text;
        if text::next_part(&mut root, b' ') == self.id {
            root.clone_into(&mut self.root_of_tab);
        }
    }

    fn to_tab_text(&self) -> String {
        [&*self.id, " ", &self.root_of_tab].concat()
    }

    fn to_text(&self) -> String {
        let mut text = [&self.id, " "].concat();
        for ms in [self.started_ms, self.last_used_ms] {
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

    fn session(last_used_ms: u64) -> Session {
        Session {
            id: "0123456789abcdef0123456789abcdef".to_owned(),
            started_ms: 0,
            last_used_ms,
            previous_id: NO_VALUE.to_owned(),
            latest_root: ROOT.to_owned(),
            root_of_tab: String::new(),
            written_ms: last_used_ms,
            has_unwritten_root: false,
        }
    }

    #[test]
    fn session_is_written_at_once_and_then_once_a_minute() {
        let mut session = Session::continue_or_start(None, 90 * MINUTE);
        for (now_ms, is_due) in [
            (90 * MINUTE, true),
            (90 * MINUTE + 59_999, false),
            (91 * MINUTE, true),
            (91 * MINUTE + 1, false),
        ] {
            session.last_used_ms = now_ms;
            session.join(ROOT.to_owned());
            assert!(session.has_unwritten_root);
            assert_eq!(session.is_write_due(), is_due, "{now_ms}");
            if is_due {
                session.write();
                assert!(!session.has_unwritten_root);
            }
        }
    }

    #[test]
    fn stored_session_is_read_back() {
        let session = session(29 * MINUTE);
        assert_eq!(Session::parse(&session.to_text()), Some(session));
    }

    #[test]
    fn active_session_continues() {
        let now = Session::continue_or_start(Some(session(0)), 29 * MINUTE);
        let expected = Session {
            written_ms: 0,
            ..session(29 * MINUTE)
        };
        assert_eq!(now, expected);
    }

    #[test]
    fn session_ends_after_half_an_hour_of_inactivity_or_four_hours() {
        for (used, now) in [(0, 30), (239, 240)] {
            let ended = session(used * MINUTE);
            let next = Session::continue_or_start(Some(ended.clone()), now * MINUTE);
            assert_ne!(next.id, ended.id);
            assert_eq!(next.previous_id, ended.id);
        }
    }

    #[test]
    fn malformed_text_is_not_a_session() {
        let old_format = "0123456789abcdef0123456789abcdef 1700000000000 1700000000000";
        for stored in ["", "old", old_format, "x - - - -", " 1 2"] {
            assert_eq!(Session::parse(stored), None, "{stored:?}");
        }
    }

    #[test]
    fn root_links_to_the_previous_root_and_the_first_to_the_previous_session() {
        let mut session = Session::continue_or_start(Some(session(0)), 31 * MINUTE);
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
    fn root_links_to_the_previous_root_of_its_tab() {
        let mut first_tab = session(0);
        first_tab.join(ROOT.to_owned());
        let other_tab = || Session::parse(&first_tab.to_text()).unwrap();
        let joined = other_tab().join("00-1-2-3".to_owned());
        assert_eq!((joined.previous_root, joined.previous_id), (None, None));
        // The next page of the same tab.
        let mut next_page = other_tab();
        next_page.read_tab(&first_tab.to_tab_text());
        let joined = next_page.join("00-1-2-3".to_owned());
        assert_eq!(joined.previous_root, parse_traceparent(ROOT));
        // The tab continues in another session.
        let mut next_session = Session::continue_or_start(Some(other_tab()), 31 * MINUTE);
        next_session.read_tab(&first_tab.to_tab_text());
        assert_eq!(next_session.join(ROOT.to_owned()).previous_root, None);
    }

    #[test]
    fn first_session_of_a_device_has_no_previous_session() {
        let mut session = Session::continue_or_start(None, MINUTE);
        assert_eq!(session.join(ROOT.to_owned()).previous_id, None);
    }
}
