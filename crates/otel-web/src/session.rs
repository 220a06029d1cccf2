//! The visit that a trace belongs to: the same for all tabs, over after half an hour of silence or
//! four hours in all.

use crate::platform;

const KEY: &str = "otel.session";
const IDLE_MS: u64 = 30 * 60 * 1_000;
const LONGEST_MS: u64 = 4 * 60 * 60 * 1_000;

/// A session as it is stored: `id started last-used`, times in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq)]
struct Session {
    id: String,
    started_ms: u64,
    used_ms: u64,
}

/// The id of the current session, which this call keeps alive. `None` where nothing can be stored.
pub(crate) fn id() -> Option<String> {
    let storage = web_sys::window()?.local_storage().ok()??;
    let stored = storage.get_item(KEY).ok().flatten();
    let now = platform::wall_ms() as u64;
    let session = continued(stored.as_deref().and_then(parse), now, new_id);
    storage.set_item(KEY, &format_stored(&session)).ok()?;
    Some(session.id)
}

fn continued(stored: Option<Session>, now_ms: u64, new_id: impl Fn() -> String) -> Session {
    let is_alive = |session: &Session| {
        now_ms.abs_diff(session.used_ms) < IDLE_MS
            && now_ms.abs_diff(session.started_ms) < LONGEST_MS
    };
    match stored.filter(is_alive) {
        Some(session) => Session {
            used_ms: now_ms,
            ..session
        },
        None => Session {
            id: new_id(),
            started_ms: now_ms,
            used_ms: now_ms,
        },
    }
}

fn parse(stored: &str) -> Option<Session> {
    let mut parts = stored.split(' ');
    Some(Session {
        id: parts.next().filter(|id| !id.is_empty())?.to_owned(),
        started_ms: parts.next()?.parse().ok()?,
        used_ms: parts.next()?.parse().ok()?,
    })
}

fn format_stored(session: &Session) -> String {
    let Session {
        id,
        started_ms,
        used_ms,
    } = session;
    format!("{id} {started_ms} {used_ms}")
}

fn new_id() -> String {
    let mut bytes = [0; 16];
    platform::fill_random(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn at(now_ms: u64, stored: &str) -> Session {
        continued(parse(stored), now_ms, || "new".to_owned())
    }

    #[test]
    fn a_session_goes_on_while_it_is_used() {
        let session = at(29 * MINUTE, "old 0 0");
        assert_eq!(format_stored(&session), "old 0 1740000");
    }

    #[test]
    fn half_an_hour_of_silence_or_four_hours_end_it() {
        assert_eq!(at(30 * MINUTE, "old 0 0").id, "new");
        let last_used = 239 * MINUTE;
        assert_eq!(at(240 * MINUTE, &format!("old 0 {last_used}")).id, "new");
    }

    #[test]
    fn what_cannot_be_read_starts_a_new_one() {
        for stored in ["", "old", "old x y", " 1 2"] {
            assert_eq!(at(0, stored).id, "new", "{stored:?}");
        }
    }
}
