//! Typical spans with random ids and times, for the size budget: a page load with 12 resources, then
//! clicks with one or two requests each.

use std::borrow::Cow;

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};

use crate::core::otlp::attributes::resource_attributes;
use crate::core::otlp::encode::{ScopeSpans, encode_request, encode_span};

struct SampleSpans {
    /// The state of Marsaglia's xorshift generator, whose output does not compress.
    random: u64,
    now_us: u64,
    spans: Vec<Vec<u8>>,
}

struct Node {
    trace: u128,
    span: u64,
}

/// Encodes a request with the first `count` spans of a session.
pub(super) fn request(count: usize) -> Vec<u8> {
    let mut samples = SampleSpans {
        random: 0x9e37_79b9_7f4a_7c15,
        now_us: 1_790_000_000_000_000,
        spans: Vec::new(),
    };
    samples.page_load();
    while samples.spans.len() < count {
        samples.click();
    }
    samples.spans.truncate(count);
    encode(&samples.spans)
}

fn encode(spans: &[Vec<u8>]) -> Vec<u8> {
    let text = |key: &'static str, value: &'static str| KeyValue::new(key, value);
    let mut resource = resource_attributes();
    resource.set_all(&[
        text("service.name", "cruddur-frontend"),
        text("telemetry.sdk.name", "otel-web"),
        text("telemetry.sdk.language", "rust"),
        text("telemetry.sdk.version", "0.1.0"),
        text(
            "user_agent.original",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36",
        ),
        text("browser.language", "en-US"),
    ]);
    let scope = InstrumentationScope::builder("otel-web")
        .with_version("0.1.0")
        .build();
    let spans = spans.iter().map(|span| &span[..]).collect();
    encode_request(
        resource.bytes(),
        &[ScopeSpans {
            scope: &scope,
            spans,
        }],
    )
}

impl SampleSpans {
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.random() % limit
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    fn root(&mut self) -> Node {
        self.now_us += self.below(20_000_000);
        let random = u128::from(self.random()) << 32 | u128::from(self.random() >> 32);
        let seconds = u128::from(self.now_us / 1_000_000);
        Node {
            trace: seconds << 96 | random & ((1 << 96) - 1),
            span: self.random(),
        }
    }

    fn page_load(&mut self) {
        let root = self.root();
        for number in 0..12 {
            let file = self.pick(&["index-5f3c", "logo-", "avatar-", "app-93ab", "styles-"]);
            let kind = self.pick(&["js", "css", "wasm", "png", "svg"]);
            let url = format!("https://cruddur.example/assets/{file}{number}.{kind}");
            let size = self.below(90_000);
            self.child(
                &root,
                Cow::Borrowed("resource"),
                SpanKind::Internal,
                vec![
                    KeyValue::new("url.full", url),
                    KeyValue::new("http.response.body.size", size as i64),
                    KeyValue::new("http.resource.initiator_type", kind),
                    KeyValue::new("http.response.status_code", 200),
                ],
            );
        }
        let attributes = self.root_attributes("load");
        self.end(
            &root,
            None,
            "documentLoad".into(),
            SpanKind::Internal,
            attributes,
        );
    }

    fn click(&mut self) {
        let root = self.root();
        for _ in 0..=self.below(2) {
            self.request(&root);
        }
        let name = self.pick(&[
            "crud.like",
            "crud.reply",
            "click Show more",
            "click Profile",
            "message.send",
        ]);
        let mut attributes = self.root_attributes("click");
        attributes.extend([
            KeyValue::new("app.action.name", name),
            KeyValue::new("app.widget.id", ["button-", &name[5..]].concat()),
            KeyValue::new("app.widget.name", name),
            KeyValue::new("app.action.outcome", "completed"),
        ]);
        self.end(&root, None, name.into(), SpanKind::Internal, attributes);
    }

    fn request(&mut self, root: &Node) {
        let (method, template) = self.pick(&[
            ("PUT", "/api/activities/{uuid}/like"),
            ("GET", "/api/activities/home"),
            ("POST", "/api/activities/{uuid}/reply"),
            ("GET", "/api/users/{handle}"),
        ]);
        let path = template.replace("{uuid}", &format!("{:016x}", self.random()));
        let mut attributes = vec![
            KeyValue::new("http.request.method", method),
            KeyValue::new("url.full", ["https://cruddur.example", &path].concat()),
            KeyValue::new("url.template", template),
            KeyValue::new("server.address", "cruddur.example"),
            KeyValue::new("server.port", 443),
            KeyValue::new("http.response.status_code", 200),
        ];
        for timing in ["first_byte", "last_byte"] {
            // In eighths of a millisecond, to which the instrumentation rounds.
            let ms = self.below(720) as f64 / 8.0;
            attributes.push(KeyValue::new(["http.timing.", timing].concat(), ms));
        }
        let name = [method, " ", template].concat();
        self.child(root, name.into(), SpanKind::Client, attributes);
    }

    fn root_attributes(&mut self, trigger: &'static str) -> Vec<KeyValue> {
        vec![
            KeyValue::new("app.action.trigger", trigger),
            KeyValue::new("session.id", "7c9e6679f8a24b0d9a3f1e5c2b8d4a60"),
            KeyValue::new("url.path", self.pick(&["/", "/messages", "/@andrew"])),
            KeyValue::new("url.template", "/"),
            KeyValue::new("browser.document.visibility", "visible"),
        ]
    }

    fn child(
        &mut self,
        root: &Node,
        name: Cow<'static, str>,
        kind: SpanKind,
        attributes: Vec<KeyValue>,
    ) {
        let node = Node {
            trace: root.trace,
            span: self.random(),
        };
        self.end(&node, Some(root.span), name, kind, attributes);
    }

    fn end(
        &mut self,
        node: &Node,
        parent: Option<u64>,
        name: Cow<'static, str>,
        kind: SpanKind,
        attributes: Vec<KeyValue>,
    ) {
        let start = self.now_us * 1_000;
        self.now_us += self.below(300_000);
        let mut record = crate::core::record::tests::record("");
        record.context = SpanContext::new(
            TraceId::from(node.trace),
            SpanId::from(node.span),
            TraceFlags::new(3),
            false,
            TraceState::NONE,
        );
        record.parent_span_id = parent.map_or(SpanId::INVALID, SpanId::from);
        (record.name, record.kind) = (name, kind);
        (record.start, record.end) = (start, self.now_us * 1_000);
        record.attributes.set_all(&attributes);
        self.spans.push(encode_span(&record));
    }
}
