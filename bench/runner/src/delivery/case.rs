//! The cases, by the names that reports and the command line know them by.

use std::fmt;

/// How a person is done with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Leave,
    Close,
}

/// Where spans go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// Below the page's own origin.
    Same,
    /// Another origin: each request is preceded by a preflight, and that takes its time.
    Foreign,
}

/// How a busy receiver says when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    Seconds,
    Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crash {
    /// In the moment the spans have ended; the person loads the page again.
    AtOnce,
    /// After the receiver has refused them; the person loads the page again.
    InOutage,
    /// After the receiver has refused them; the person comes back in another tab, some minutes later.
    ForGood,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// Whatever the page writes is too much.
    Full,
    /// Asking for it throws, as where cookies are blocked.
    Forbidden,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// So many spans end, and the page is gone.
    Exit(Exit, u32, Endpoint),
    /// The browser keeps the page that is left, for going back: it goes on for a moment, then it is frozen.
    Kept(Endpoint),
    /// The root is still open.
    MidAction(Exit),
    /// The page is left while an upload of its own uses up what browsers allow of `keepalive`.
    KeepaliveUsedUp,
    /// The page is left when an answer is 100 ms old.
    AfterAnswer,
    /// The receiver is down for 25 s.
    Unavailable,
    Busy(RetryAfter),
    /// For ten minutes; then the page is loaded again.
    Offline,
    Crashed(Crash),
    /// The project's own gateway is killed and comes back.
    GatewayRestarted,
    TwoTabs,
    Storage(Store),
}

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        let mut cases = Vec::new();
        for endpoint in [Endpoint::Foreign, Endpoint::Same] {
            for exit in [Exit::Leave, Exit::Close] {
                cases.extend([20, 150, 400, 1500].map(|spans| Self::Exit(exit, spans, endpoint)));
            }
        }
        cases.extend([
            Self::Kept(Endpoint::Foreign),
            Self::Kept(Endpoint::Same),
            Self::MidAction(Exit::Leave),
            Self::MidAction(Exit::Close),
            Self::KeepaliveUsedUp,
            Self::AfterAnswer,
            Self::Unavailable,
            Self::Busy(RetryAfter::Seconds),
            Self::Busy(RetryAfter::Date),
            Self::Offline,
            Self::Crashed(Crash::AtOnce),
            Self::Crashed(Crash::InOutage),
            Self::Crashed(Crash::ForGood),
            Self::GatewayRestarted,
            Self::TwoTabs,
            Self::Storage(Store::Full),
            Self::Storage(Store::Forbidden),
        ]);
        cases
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Exit(exit, spans, endpoint) => format!("{exit} with {spans} spans, {endpoint}"),
            Self::Kept(endpoint) => format!("leave with 400 spans, kept, {endpoint}"),
            Self::MidAction(exit) => format!("{exit} while a root is open"),
            Self::KeepaliveUsedUp => "leave during an upload with keepalive".to_owned(),
            Self::AfterAnswer => "leave 100 ms after an answer".to_owned(),
            Self::Unavailable => "503 for 25 s".to_owned(),
            Self::Busy(RetryAfter::Seconds) => "429, Retry-After in seconds".to_owned(),
            Self::Busy(RetryAfter::Date) => "429, Retry-After as a date".to_owned(),
            Self::Offline => "offline for 10 min, then reload".to_owned(),
            Self::Crashed(Crash::AtOnce) => "tab crashes at once, reload".to_owned(),
            Self::Crashed(Crash::InOutage) => "tab crashes in an outage, reload".to_owned(),
            Self::Crashed(Crash::ForGood) => "tab crashes in an outage, other tab later".to_owned(),
            Self::GatewayRestarted => "gateway killed and restarted".to_owned(),
            Self::TwoTabs => "two tabs, closed in an outage".to_owned(),
            Self::Storage(Store::Full) => "storage full, leave with 400 spans".to_owned(),
            Self::Storage(Store::Forbidden) => "storage forbidden, leave with 400 spans".to_owned(),
        };
        f.pad(&name)
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Leave => "leave",
            Self::Close => "close",
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "same origin",
            Self::Foreign => "other origin",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_a_name_of_its_own() {
        let mut names: Vec<_> = Case::all().iter().map(Case::to_string).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
