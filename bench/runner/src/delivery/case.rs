//! The cases of the measurement, and their names in reports and on the command line.

use std::fmt;

/// How a user leaves a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Leave,
    Close,
}

/// Where spans are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    SameOrigin,
    /// Each request is preceded by a slow CORS preflight.
    OtherOrigin,
}

/// The form of a busy receiver's `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    Seconds,
    Date,
}

/// What responds in place of the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Impostor {
    /// A single-page application, with 200 and its document.
    Page,
    /// A proxy that redirects to a login page.
    Login,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crash {
    /// When the spans have ended. The user reloads the page.
    AtOnce,
    /// After the receiver has rejected the spans. The user reloads the page.
    InOutage,
    /// After the receiver has rejected the spans. The user opens the page in another tab some minutes later.
    InOutageOtherTab,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// Every write fails.
    Full,
    /// Every access throws, as in a browser that blocks cookies.
    Forbidden,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// The user leaves the page right after this number of spans has ended.
    Exit(Exit, u32, Endpoint),
    /// The browser keeps the page in its back/forward cache: it runs for a moment, then it is frozen.
    BackForwardCache(Endpoint),
    /// The user leaves the page while the root is open.
    MidAction(Exit),
    /// The user leaves the page while an upload uses up the browser's limit for `keepalive` requests.
    KeepaliveUsedUp,
    /// The user leaves the page 100 ms after a response.
    AfterResponse,
    /// The receiver is unavailable for 25 s.
    Unavailable,
    Busy(RetryAfter),
    /// Something else responds at first.
    Replaced(Impostor),
    /// The network fails for ten minutes; then the user reloads the page.
    Offline,
    Crashed(Crash),
    /// The project's own gateway is killed and restarted.
    GatewayRestarted,
    TwoTabs,
    /// A page has two bundles of the SDK, which do not know each other.
    TwoBundles,
    Storage(Store),
}

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        let mut cases = Vec::new();
        for endpoint in [Endpoint::OtherOrigin, Endpoint::SameOrigin] {
            for exit in [Exit::Leave, Exit::Close] {
                cases.extend([20, 150, 400, 1500].map(|spans| Self::Exit(exit, spans, endpoint)));
            }
        }
        cases.extend([
            Self::BackForwardCache(Endpoint::OtherOrigin),
            Self::BackForwardCache(Endpoint::SameOrigin),
            Self::MidAction(Exit::Leave),
            Self::MidAction(Exit::Close),
            Self::KeepaliveUsedUp,
            Self::AfterResponse,
            Self::Unavailable,
            Self::Busy(RetryAfter::Seconds),
            Self::Busy(RetryAfter::Date),
            Self::Replaced(Impostor::Page),
            Self::Replaced(Impostor::Login),
            Self::Offline,
            Self::Crashed(Crash::AtOnce),
            Self::Crashed(Crash::InOutage),
            Self::Crashed(Crash::InOutageOtherTab),
            Self::GatewayRestarted,
            Self::TwoTabs,
            Self::TwoBundles,
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
            Self::BackForwardCache(endpoint) => format!("leave with 400 spans, kept, {endpoint}"),
            Self::MidAction(exit) => format!("{exit} while a root is open"),
            Self::KeepaliveUsedUp => "leave during an upload with keepalive".to_owned(),
            Self::AfterResponse => "leave 100 ms after an answer".to_owned(),
            Self::Unavailable => "503 for 25 s".to_owned(),
            Self::Busy(RetryAfter::Seconds) => "429, Retry-After in seconds".to_owned(),
            Self::Busy(RetryAfter::Date) => "429, Retry-After as a date".to_owned(),
            Self::Replaced(Impostor::Page) => "200 with a page, then OTLP".to_owned(),
            Self::Replaced(Impostor::Login) => "redirect to a login, then OTLP".to_owned(),
            Self::Offline => "offline for 10 min, then reload".to_owned(),
            Self::Crashed(Crash::AtOnce) => "tab crashes at once, reload".to_owned(),
            Self::Crashed(Crash::InOutage) => "tab crashes in an outage, reload".to_owned(),
            Self::Crashed(Crash::InOutageOtherTab) => {
                "tab crashes in an outage, other tab later".to_owned()
            }
            Self::GatewayRestarted => "gateway killed and restarted".to_owned(),
            Self::TwoTabs => "two tabs, closed in an outage".to_owned(),
            Self::TwoBundles => "two bundles on one page, leave".to_owned(),
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
            Self::SameOrigin => "same origin",
            Self::OtherOrigin => "other origin",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_cases_are_unique() {
        let mut names: Vec<_> = Case::all().iter().map(Case::to_string).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
