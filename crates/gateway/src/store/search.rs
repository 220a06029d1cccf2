//! The columns that a trace is searched in: its first texts, and a signature of all of its texts.

use std::{
    collections::{BTreeSet, HashSet},
    hash::BuildHasherDefault,
};

use trace_model::{
    Span, TraceId,
    query::{for_each_text, lowercase},
};

use super::signature::{self, Builder, Whole};

/// The size limit of a row's texts. Other texts are searched in the spans.
const MAX_SEARCH_BYTES: usize = 3000;

/// The size limit of the texts that a signature covers. A trace with more texts has no signature,
/// so its spans are searched.
const MAX_SIGNED_BYTES: usize = 8 << 20;

/// The initial capacity: most traces have no more distinct texts and attributes.
const USUAL_TEXTS: usize = 256;

/// Separates texts, so that no word is found across two of them.
const SEPARATOR: char = '\u{1f}';

/// The searched columns of a trace.
#[derive(Debug)]
pub(super) struct Searched {
    /// Distinct texts in lower case: the trace's id, its services, the spans' names and HTTP
    /// statuses, and then all others, up to [`MAX_SEARCH_BYTES`].
    pub(super) text: String,
    /// `text` has all texts of the spans.
    pub(super) is_whole: bool,
    pub(super) signature: Vec<u8>,
}

/// Returns the searched columns of a trace. Resources and scopes are not included: many traces
/// share them, so they are searched in the `origin` table.
pub(super) fn of(id: TraceId, spans: &[Span], services: &BTreeSet<&str>) -> Searched {
    let mut collector = Collector::new(id);
    for service in services {
        collector.add(service);
        let hashes = signature::whole(Whole::Service, &[service]);
        collector.signature.add_all(hashes);
    }
    for span in spans {
        collector.add(&span.name);
        if let Some(status) = span.http_status() {
            collector.add(&status.to_string());
        }
    }
    for span in spans {
        collector.add_all_of(span);
    }
    collector.finish()
}

struct Collector {
    text: String,
    is_whole: bool,
    signature: Builder,
    signed_bytes: usize,
    /// The hashes of all added texts and pairs.
    seen: HashSet<u64, BuildHasherDefault<Identity>>,
}

impl Collector {
    fn new(id: TraceId) -> Self {
        let text = id.to_string();
        let mut signature = Builder::new();
        signature.add_text(&text);
        Self {
            text,
            is_whole: true,
            signature,
            signed_bytes: 0,
            seen: HashSet::with_capacity_and_hasher(USUAL_TEXTS, BuildHasherDefault::default()),
        }
    }

    fn add_all_of(&mut self, span: &Span) {
        self.signature.add_all(signature::kind(span.kind));
        self.signature
            .add_all(signature::id(&span.span_id.to_bytes()));
        for link in &span.links {
            self.signature
                .add_all(signature::id(&link.trace_id.to_bytes()));
            self.signature
                .add_all(signature::id(&link.span_id.to_bytes()));
        }
        for_each_text(span, &mut |text| {
            if let Some(key) = text.key
                && signature::may_be_pair(&text.text)
            {
                if !self.is_new(key.as_bytes(), text.text.as_bytes()) {
                    // The value was added with the pair.
                    return;
                }
                self.signature.add_pair(key, &lowercase(&text.text));
            }
            self.add(&text.text);
        });
    }

    fn add(&mut self, text: &str) {
        if text.is_empty() || !self.is_new(&[], text.as_bytes()) {
            return;
        }
        let text = lowercase(text);
        self.signed_bytes += text.len();
        if self.signed_bytes <= MAX_SIGNED_BYTES {
            self.signature.add_text(&text);
        }
        if self.text.len() + text.len() < MAX_SEARCH_BYTES {
            self.text.push(SEPARATOR);
            self.text.push_str(&text);
        } else {
            self.is_whole = false;
        }
    }

    fn is_new(&mut self, key: &[u8], text: &[u8]) -> bool {
        self.seen.insert(hash(hash(0, key), text))
    }

    fn finish(self) -> Searched {
        let is_signed = self.signed_bytes <= MAX_SIGNED_BYTES;
        Searched {
            text: self.text,
            is_whole: self.is_whole,
            signature: if is_signed {
                self.signature.finish()
            } else {
                Vec::new()
            },
        }
    }
}

/// Hashes eight bytes at a time. If a sender causes a collision, one of its own texts is not found.
fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| {
        let product = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        product.rotate_left(29) ^ product
    };
    let (chunks, rest) = bytes.as_chunks::<8>();
    let hash = chunks
        .iter()
        .fold(mix(seed, bytes.len() as u64), |hash, chunk| {
            mix(hash, u64::from_le_bytes(*chunk))
        });
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(hash, u64::from_le_bytes(last))
}

/// A hasher for keys that are hashes already.
#[derive(Default)]
struct Identity(u64);

impl std::hash::Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(self.0, bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use trace_model::{Attribute, SpanKind, SpanStatus};

    use super::{super::signature::may_contain, *};

    fn span(name: &str) -> Span {
        let span_id = "00f067aa0ba902b7".parse().unwrap();
        Span::new(trace_id(), span_id, name)
    }

    fn trace_id() -> TraceId {
        "6a2b7c1e98038103d269b633813fc60c".parse().unwrap()
    }

    fn searched(spans: &[Span]) -> Searched {
        of(trace_id(), spans, &BTreeSet::from(["Shop"]))
    }

    fn lines(searched: &Searched) -> Vec<&str> {
        searched.text.split(SEPARATOR).skip(1).collect()
    }

    #[test]
    fn text_has_distinct_texts_in_lower_case() {
        let mut failed = span("PUT /like");
        failed.status = SpanStatus::Error("locked".to_owned());
        let status = Attribute::new("http.response.status_code", 500);
        let path = Attribute::new("url.path", "/like/7");
        failed.attributes = [status, path].into_iter().collect();
        let searched = searched(&[span("crud.like"), span("crud.like"), failed]);
        let expected = [
            "shop",
            "crud.like",
            "put /like",
            "500",
            "locked",
            "http.response.status_code",
            "url.path",
            "/like/7",
        ];
        assert_eq!(lines(&searched), expected);
        assert!(searched.is_whole);
    }

    #[test]
    fn long_name_is_signed_and_leaves_space_for_others() {
        let long = "xyz".repeat(2000);
        let searched = searched(&[span(&long), span("crud.like")]);
        assert_eq!(lines(&searched), ["shop", "crud.like"]);
        assert!(!searched.is_whole);
        assert!(may_contain(&searched.signature, &signature::text("zxy")));
        assert!(!may_contain(
            &searched.signature,
            &signature::text("nothing")
        ));
    }

    #[test]
    fn a_value_that_is_short_only_in_lower_case_is_signed_with_its_key() {
        // The Kelvin sign has three bytes, and `k` has one.
        let mut span = span("a");
        span.attributes = [Attribute::new("unit", "10000 \u{212a}")]
            .into_iter()
            .collect();
        let signature = searched(&[span]).signature;
        assert!(may_contain(&signature, &signature::pair("unit", "10000 k")));
    }

    #[test]
    fn numbers_kinds_and_ids_are_signed_as_wholes() {
        let mut span = span("a");
        span.attributes = [Attribute::new("code", 429)].into_iter().collect();
        let signature = searched(&[span]).signature;
        let has = |hashes: &[u16]| may_contain(&signature, hashes);
        assert!(has(&signature::pair("code", "429")));
        assert!(!has(&signature::pair("code", "428")));
        assert!(has(&signature::kind(SpanKind::Internal)));
        assert!(!has(&signature::kind(SpanKind::Server)));
        assert!(has(&signature::id(
            &0x00f0_67aa_0ba9_02b7_u64.to_be_bytes()
        )));
    }
}
