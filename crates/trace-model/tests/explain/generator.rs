//! Random traces of one action: a click, its request, and the statements of the back end.

use std::sync::Arc;

use trace_model::{Attribute, Resource, Span, SpanKind, SpanStatus, Trace};

use crate::cause::Cause;

/// A millisecond, in nanoseconds.
pub(crate) const MS: u64 = 1_000_000;

const START: u64 = 1_790_000_000_000 * MS;

/// The time between two traces.
const STEP: u64 = 1_000 * MS;

const BROWSERS: [&str; 5] = [
    "Firefox/119.0",
    "Firefox/131.0",
    "Chrome/131.0.0.0",
    "Chrome/130.0.0.0",
    "Edg/131.0.0.0",
];

const SYSTEMS: [&str; 4] = [
    "X11; Linux x86_64",
    "Windows NT 10.0",
    "Macintosh",
    "Android 15",
];

const REGIONS: [&str; 5] = [
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "ap-south-1",
    "sa-east-1",
];

const HOSTS: [&str; 12] = [
    "web-1", "web-2", "web-3", "web-4", "web-5", "web-6", "web-7", "web-8", "web-9", "web-10",
    "web-11", "web-12",
];

const STATEMENTS: [&str; 4] = [
    "SELECT * FROM users WHERE handle = ?",
    "SELECT * FROM sessions WHERE token = ?",
    "INSERT INTO likes VALUES (?, ?)",
    "UPDATE activities SET likes = likes + 1 WHERE uuid = ?",
];

/// The part of the traces that fail for no reason.
const FAILURES: f64 = 0.01;

/// A generated trace.
pub(crate) struct Generated {
    pub(crate) trace: Trace,
}

/// Generates traces from a seed.
pub(crate) struct Generator {
    random: fastrand::Rng,
    /// How much durations differ: the standard deviation of their logarithm.
    spread: f64,
}

/// A trace that is being generated. Spans are added one after the other, at the end.
pub(crate) struct Draft {
    random: fastrand::Rng,
    spread: f64,
    number: u64,
    /// The time of the trace in the store, from 0 to 1.
    pub(crate) position: f64,
    pub(crate) browser: &'static str,
    pub(crate) user: String,
    pub(crate) region: &'static str,
    pub(crate) host: &'static str,
    pub(crate) version: &'static str,
    system: &'static str,
    session: String,
    root_attributes: Vec<Attribute>,
    /// Each span, and whether it is the page's. Spans of the page are children of the root,
    /// others of the request.
    spans: Vec<(Span, bool)>,
    /// The end of the last span.
    now: u64,
    network: u64,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let spread = 0.2 + random.f64() * 0.8;
        Self { random, spread }
    }

    pub(crate) fn traces(mut self, count: u64, cause: Option<&Cause>) -> Vec<Generated> {
        (0..count)
            .map(|number| {
                let mut draft = self.draft(number, number as f64 / count as f64);
                if let Some(cause) = cause {
                    cause.plant(&mut draft);
                }
                Generated {
                    trace: draft.finish(),
                }
            })
            .collect()
    }

    fn draft(&mut self, number: u64, position: f64) -> Draft {
        let random = &mut self.random;
        let user = random.u32(0..25);
        let mut draft = Draft {
            number: number + 1,
            position,
            browser: BROWSERS[random.usize(0..BROWSERS.len())],
            region: REGIONS[random.usize(0..REGIONS.len())],
            host: HOSTS[random.usize(0..HOSTS.len())],
            system: SYSTEMS[random.usize(0..SYSTEMS.len())],
            version: if position > 0.5 { "1.4.1" } else { "1.4.0" },
            user: format!("user-{user}"),
            session: format!("session-{user}-{}", random.u32(0..6)),
            root_attributes: Vec::new(),
            spans: Vec::new(),
            now: START + number * STEP + 2 * MS,
            network: 10 * MS,
            random: random.fork(),
            spread: self.spread,
        };
        for _ in 0..3 {
            let statement = STATEMENTS[draft.below(STATEMENTS.len())];
            draft.statement(statement, 5 * MS);
        }
        draft.server_span("like", 8 * MS);
        draft.browser_span("render", 12 * MS);
        if draft.rare(FAILURES) {
            let index = draft.below(draft.spans.len());
            draft.spans[index].0.status = SpanStatus::Error("failed".to_owned());
        }
        draft
    }
}

impl Draft {
    /// Returns true with this probability.
    pub(crate) fn rare(&mut self, probability: f64) -> bool {
        self.random.f64() < probability
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.random.usize(0..end)
    }

    pub(crate) fn root_attribute(&mut self, key: &str, value: &str) {
        self.root_attributes.push(Attribute::new(key, value));
    }

    /// Makes the network slower.
    pub(crate) fn network(&mut self, nanos: u64) {
        self.network += self.around(nanos);
    }

    pub(crate) fn statement(&mut self, text: &str, nanos: u64) {
        let name = text.split(' ').next().unwrap_or_default().to_owned();
        let span = self.server_span(&name, nanos);
        span.kind = SpanKind::Client;
        span.attributes.0.extend([
            Attribute::new("db.system.name", "postgresql"),
            Attribute::new("db.query.text", text),
        ]);
    }

    pub(crate) fn server_span(&mut self, name: &str, nanos: u64) -> &mut Span {
        self.add(name, nanos, false)
    }

    pub(crate) fn browser_span(&mut self, name: &str, nanos: u64) -> &mut Span {
        self.add(name, nanos, true)
    }

    /// Adds a back end's span that seems to run much later.
    pub(crate) fn late_span(&mut self, name: &str, later: u64) {
        let span = self.server_span(name, 2 * MS);
        span.start_unix_nano += later;
        span.end_unix_nano += later;
    }

    fn add(&mut self, name: &str, nanos: u64, in_browser: bool) -> &mut Span {
        let duration = self.around(nanos);
        let id = format!("{:016x}", self.spans.len() + 16);
        let mut span = Span::new(self.trace_id(), id.parse().unwrap(), name);
        span.start_unix_nano = self.now;
        self.now += duration;
        span.end_unix_nano = self.now;
        self.spans.push((span, in_browser));
        &mut self.spans.last_mut().unwrap().0
    }

    /// Returns a random duration with this median.
    fn around(&mut self, nanos: u64) -> u64 {
        let (a, b) = (self.random.f64().max(1e-12), self.random.f64());
        let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
        (nanos as f64 * (normal * self.spread).exp()) as u64
    }

    fn trace_id(&self) -> trace_model::TraceId {
        format!("{:032x}", self.number).parse().unwrap()
    }

    fn finish(mut self) -> Trace {
        let start = START + (self.number - 1) * STEP;
        let network = self.around(self.network);
        let id = |number: u64| format!("{number:016x}").parse().unwrap();
        let end = self.now + network;
        let mut root = Span::new(self.trace_id(), id(1), "crud.like");
        (root.start_unix_nano, root.end_unix_nano) = (start, end);
        let attributes = [
            ("session.id", &*self.session),
            ("user.name", &*self.user),
            ("url.template", "/"),
            ("app.action.trigger", "click"),
        ];
        let attributes = attributes.map(|(key, value)| Attribute::new(key, value));
        root.attributes = attributes
            .into_iter()
            .chain(self.root_attributes.drain(..))
            .collect();
        let mut request = Span::new(self.trace_id(), id(2), "PUT");
        request.kind = SpanKind::Client;
        request.parent_span_id = Some(id(1));
        (request.start_unix_nano, request.end_unix_nano) = (start + MS, end);
        request.attributes = [Attribute::new("http.response.status_code", 200)]
            .into_iter()
            .collect();
        let mut server = Span::new(self.trace_id(), id(3), "PUT /api/like");
        server.kind = SpanKind::Server;
        server.parent_span_id = Some(id(2));
        (server.start_unix_nano, server.end_unix_nano) = (start + 2 * MS, self.now);
        let (page, back_end) = (Arc::new(self.page()), Arc::new(self.back_end()));
        let mut spans = vec![(root, true), (request, true), (server, false)];
        let children = self.spans.into_iter().map(|(mut span, in_browser)| {
            span.parent_span_id = Some(id(if in_browser { 1 } else { 3 }));
            (span, in_browser)
        });
        spans.extend(children);
        let spans = spans.into_iter().map(|(mut span, in_browser)| {
            span.resource = Arc::clone(if in_browser { &page } else { &back_end });
            span
        });
        let spans: Vec<_> = spans.collect();
        Trace::from_spans(spans[0].trace_id, spans)
    }

    fn page(&self) -> Resource {
        let agent = format!("Mozilla/5.0 ({}) {}", self.system, self.browser);
        resource(&[
            ("service.name", "page"),
            ("service.version", self.version),
            ("telemetry.sdk.language", "webjs"),
            ("user_agent.original", &agent),
            ("cloud.region", self.region),
        ])
    }

    fn back_end(&self) -> Resource {
        resource(&[
            ("service.name", "shop"),
            ("service.version", self.version),
            ("host.name", self.host),
        ])
    }
}

fn resource(attributes: &[(&str, &str)]) -> Resource {
    let attributes = attributes.iter();
    let attributes = attributes.map(|(key, value)| Attribute::new(*key, *value));
    Resource {
        attributes: attributes.collect(),
    }
}
