//! The causes that are planted, and how a finding names them.

use trace_model::{
    Attribute, Event, SpanStatus,
    explain::{Finding, FindingKind},
};

use crate::generator::{Draft, MS};

/// The traces that a user selects.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Selection {
    Slowest,
    Failed,
}

/// A cause of slow or failed traces.
pub(crate) struct Cause {
    pub(crate) name: &'static str,
    pub(crate) selection: Selection,
    /// The attribute that names it, and its value.
    key: &'static str,
    value: &'static str,
    /// Changes a trace that has the cause.
    plant: fn(&mut Draft),
}

impl Cause {
    pub(crate) fn plant(&self, draft: &mut Draft) {
        (self.plant)(draft);
    }

    pub(crate) fn is_named_by(&self, finding: &Finding) -> bool {
        let kinds = match self.value {
            "" => [FindingKind::SpanPresent, FindingKind::ClockOff],
            _ => [FindingKind::Attribute, FindingKind::Browser],
        };
        kinds.contains(&finding.kind) && finding.key == self.key && finding.value == self.value
    }
}

const fn slow(
    name: &'static str,
    (key, value): (&'static str, &'static str),
    plant: fn(&mut Draft),
) -> Cause {
    Cause {
        name,
        selection: Selection::Slowest,
        key,
        value,
        plant,
    }
}

pub(crate) const SLOW_STATEMENT: &str = "SELECT * FROM activities WHERE lower(message) LIKE ?";

pub(crate) const CAUSES: [Cause; 16] = [
    slow(
        "slow statement on one route",
        ("db.query.text", SLOW_STATEMENT),
        |draft| {
            if draft.rare(0.045) {
                draft.statement(SLOW_STATEMENT, 900 * MS);
            }
        },
    ),
    slow(
        "long frames of one browser version",
        ("user_agent.original", "Firefox 119"),
        |draft| {
            if draft.browser == "Firefox/119.0" && draft.rare(0.8) {
                let frame = draft.browser_span("long frame", 600 * MS);
                let duration = frame.duration_nano() as i64 / MS as i64;
                frame.attributes.0.extend([
                    Attribute::new("browser.long_animation_frame.duration", duration),
                    Attribute::new(
                        "browser.long_animation_frame.script.url",
                        "https://shop.example/app.js",
                    ),
                ]);
            }
        },
    ),
    slow(
        "one user's repeated statements",
        ("user.name", "user-17"),
        |draft| {
            if draft.user == "user-17" {
                for _ in 0..40 {
                    draft.statement("SELECT * FROM likes WHERE activity = ?", 20 * MS);
                }
            }
        },
    ),
    slow(
        "one region's network",
        ("cloud.region", "ap-south-1"),
        |draft| {
            if draft.region == "ap-south-1" && draft.rare(0.9) {
                draft.network(700 * MS);
            }
        },
    ),
    slow("retries", ("http.request.resend_count", "1"), |draft| {
        if draft.rare(0.05) {
            for count in 1..=2 {
                let retry = draft.browser_span("PUT retry", 300 * MS);
                retry
                    .attributes
                    .0
                    .push(Attribute::new("http.request.resend_count", count));
            }
        }
    }),
    slow("a lock", ("lock.wait", ""), |draft| {
        if draft.rare(0.05) {
            draft.server_span("lock.wait", 800 * MS);
        }
    }),
    slow(
        "a release from a point in time",
        ("service.version", "1.4.2"),
        |draft| {
            if draft.position > 0.94 {
                draft.version = "1.4.2";
                if draft.rare(0.9) {
                    draft.server_span("render", 500 * MS);
                }
            }
        },
    ),
    Cause {
        name: "an error behind a 200",
        selection: Selection::Failed,
        key: "app.error.code",
        value: "quota_exceeded",
        plant: |draft| {
            if draft.rare(0.06) {
                let span = draft.server_span("check quota", MS);
                span.status = SpanStatus::Error("quota exceeded".to_owned());
                span.attributes
                    .0
                    .push(Attribute::new("app.error.code", "quota_exceeded"));
            }
        },
    },
    slow(
        "a slow third-party request",
        ("server.address", "ads.example"),
        |draft| {
            if draft.rare(0.04) {
                let span = draft.browser_span("GET", 1_200 * MS);
                span.attributes
                    .0
                    .push(Attribute::new("server.address", "ads.example"));
            }
        },
    ),
    slow("a clock that is ahead", ("host.name", "web-3"), |draft| {
        if draft.host == "web-3" && draft.rare(0.9) {
            // A message that is handled after the request: nothing bounds its time.
            draft.late_span("mail.send", 5_000 * MS);
        }
    }),
    slow("one host", ("host.name", "web-3"), |draft| {
        if draft.host == "web-3" {
            draft.server_span("render", 400 * MS);
        }
    }),
    slow(
        "a feature flag",
        ("feature_flag.result.variant", "new-feed"),
        |draft| {
            let is_on = draft.rare(0.05);
            let variant = if is_on { "new-feed" } else { "old-feed" };
            draft.root_attribute("feature_flag.result.variant", variant);
            if is_on {
                draft.server_span("rank", 500 * MS);
            }
        },
    ),
    slow("a cold cache", ("cache.hit", "false"), |draft| {
        let is_cold = draft.rare(0.05);
        let span = draft.server_span("cache.get", MS);
        span.attributes.0.push(Attribute::new(
            "cache.hit",
            if is_cold { "false" } else { "true" },
        ));
        if is_cold {
            draft.server_span("compute", 600 * MS);
        }
    }),
    Cause {
        name: "an exception",
        selection: Selection::Failed,
        key: "exception.type",
        value: "DeadlockDetected",
        plant: |draft| {
            if draft.rare(0.05) {
                let span = draft.server_span("commit", 5 * MS);
                span.status = SpanStatus::Error(String::new());
                span.events.push(Event {
                    time_unix_nano: span.start_unix_nano,
                    name: "exception".to_owned(),
                    attributes: [Attribute::new("exception.type", "DeadlockDetected")]
                        .into_iter()
                        .collect(),
                });
            }
        },
    },
    slow(
        "a connection over an old protocol",
        ("network.protocol.version", "1.1"),
        |draft| {
            let is_old = draft.rare(0.06);
            let version = if is_old { "1.1" } else { "2" };
            draft.root_attribute("network.protocol.version", version);
            if is_old {
                draft.network(500 * MS);
            }
        },
    ),
    slow("one tenant", ("app.tenant", "acme"), |draft| {
        let tenants = ["acme", "globex", "initech", "hooli", "umbrella"];
        let is_acme = draft.rare(0.05);
        let index = if is_acme { 0 } else { draft.below(4) + 1 };
        draft.root_attribute("app.tenant", tenants[index]);
        if is_acme {
            draft.statement("SELECT count(*) FROM orders WHERE tenant = ?", 450 * MS);
        }
    }),
];
