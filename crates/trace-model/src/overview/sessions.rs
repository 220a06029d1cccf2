//! Sessions: what one visitor did, in order.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Coverage, Outcome, RootRow, Vital, Vitals, Window, WindowPart};
use crate::{TraceId, nanos};

/// Actions of a timeline. Later ones are left out.
pub const MAX_SESSION_ACTIONS: usize = 1_000;

/// The sessions of a window, latest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sessions {
    #[serde(flatten)]
    pub window: Window,
    pub sessions: Vec<Session>,
    /// Sessions that were left out because of the limit.
    pub left_out: u64,
    #[serde(flatten)]
    pub coverage: Coverage,
}

/// The traces with one `session.id`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub session_id: String,
    /// The user's name or id. Empty if it is unknown.
    pub user: String,
    #[serde(with = "nanos")]
    pub start_unix_nano: u64,
    #[serde(with = "nanos")]
    pub end_unix_nano: u64,
    pub actions: u64,
    /// Actions with a failed span.
    pub errors: u64,
    pub rage_clicks: u64,
    pub error_clicks: u64,
    pub dead_clicks: u64,
    pub vitals: Vitals,
    /// The vital that exceeds its limits by most.
    pub worst_vital: Option<Vital>,
}

/// The actions of one session, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionTimeline {
    pub session: Session,
    pub actions: Vec<SessionAction>,
    /// Later actions that were left out because of the limit.
    pub left_out: u64,
    pub cut_short: bool,
}

/// An action of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionAction {
    pub trace_id: TraceId,
    #[serde(with = "nanos")]
    pub start_unix_nano: u64,
    pub duration_nano: u64,
    pub name: String,
    pub route: String,
    pub service: String,
    pub is_error: bool,
    pub is_frustrated: bool,
    pub vitals: Vitals,
}

/// Groups traces by session.
#[derive(Debug)]
pub struct SessionTable {
    window: Window,
    sessions: HashMap<String, Session>,
}

impl SessionTable {
    /// Creates an empty table.
    #[must_use]
    pub fn new(window: Window) -> Self {
        Self {
            window,
            sessions: HashMap::new(),
        }
    }

    /// Adds a trace, unless it has no session or started outside of the window.
    pub fn add(&mut self, row: &RootRow<'_>) {
        let is_inside = self.window.part(row.start_unix_nano) == WindowPart::Current;
        if !is_inside || row.session.is_empty() {
            return;
        }
        if let Some(session) = self.sessions.get_mut(row.session) {
            session.add(row);
            return;
        }
        let mut session = Session::default();
        session.add(row);
        self.sessions.insert(row.session.to_owned(), session);
    }

    /// Finishes the table.
    #[must_use]
    pub fn finish(self, limit: usize) -> Sessions {
        let mut sessions: Vec<_> = self
            .sessions
            .into_iter()
            .map(|(session_id, session)| Session {
                session_id,
                ..session
            })
            .collect();
        sessions.sort_by(|a, b| {
            let latest = b.end_unix_nano.cmp(&a.end_unix_nano);
            latest.then_with(|| a.session_id.cmp(&b.session_id))
        });
        let left_out = sessions.len().saturating_sub(limit) as u64;
        sessions.truncate(limit);
        Sessions {
            window: self.window,
            sessions,
            left_out,
            coverage: Coverage::default(),
        }
    }
}

impl Session {
    /// Adds a trace of the session.
    pub fn add(&mut self, row: &RootRow<'_>) {
        let end = row.start_unix_nano.saturating_add(row.duration_nano);
        let is_first = self.actions == 0;
        self.start_unix_nano = if is_first {
            row.start_unix_nano
        } else {
            self.start_unix_nano.min(row.start_unix_nano)
        };
        self.end_unix_nano = self.end_unix_nano.max(end);
        self.actions += 1;
        let count = |bit| u64::from(row.outcome.has(bit));
        self.errors += count(Outcome::ERROR);
        self.rage_clicks += count(Outcome::RAGE_CLICK);
        self.error_clicks += count(Outcome::ERROR_CLICK);
        self.dead_clicks += count(Outcome::DEAD_CLICK);
        if self.user.is_empty() {
            row.user.clone_into(&mut self.user);
        }
        self.vitals.merge(&row.vitals);
        self.worst_vital = self.vitals.worst().map(|(vital, _)| vital);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_have_the_extent_and_counts_of_their_actions() {
        let window = Window {
            since: 0,
            until: 100,
        };
        let row = |session, start_unix_nano, outcome| RootRow {
            session,
            start_unix_nano,
            duration_nano: 5,
            outcome,
            ..RootRow::default()
        };
        let mut table = SessionTable::new(window);
        table.add(&row("a", 50, Outcome::ERROR));
        table.add(&RootRow {
            user: "worf",
            ..row("a", 10, Outcome::RAGE_CLICK)
        });
        table.add(&row("b", 60, Outcome::default()));
        table.add(&row("", 60, Outcome::default()));
        table.add(&row("c", 100, Outcome::default()));
        let sessions = table.finish(10).sessions;
        assert_eq!(sessions.len(), 2);
        assert_eq!(sessions[0].session_id, "b");
        let a = &sessions[1];
        assert_eq!((a.start_unix_nano, a.end_unix_nano), (10, 55));
        assert_eq!((a.actions, a.errors, a.rage_clicks), (2, 1, 1));
        assert_eq!(a.user, "worf");
    }
}
