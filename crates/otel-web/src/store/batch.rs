//! A sealed batch, and how it is written down.

use crate::export::Dropped;

/// What is known of a batch without looking into it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Label {
    /// When it was sealed, in seconds since 1970.
    pub(crate) sealed_s: u32,
    pub(crate) spans: u32,
    pub(crate) has_error: bool,
    /// The news it carries of spans that were given up.
    pub(crate) dropped: Dropped,
}

/// Where a batch is on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    Waiting,
    Sent,
    /// The page was left, and the request ended without an answer.
    Unknown,
}

/// The body of an export request that nothing changes any more.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) number: u32,
    pub(crate) label: Label,
    pub(crate) body: Vec<u8>,
    pub(crate) state: State,
    pub(crate) is_stored: bool,
}

const LABEL_BYTES: usize = 12 + size_of::<Dropped>();

impl Label {
    fn bytes(&self) -> Vec<u8> {
        let facts = [self.sealed_s, self.spans, self.has_error.into()];
        let mut bytes = Vec::with_capacity(LABEL_BYTES);
        for number in [&facts[..], &self.dropped.0].concat() {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Self {
        let mut numbers = bytes.chunks_exact(4).map(number);
        let mut next = || numbers.next().unwrap_or_default();
        Self {
            sealed_s: next(),
            spans: next(),
            has_error: next() > 0,
            dropped: Dropped(std::array::from_fn(|_| next())),
        }
    }
}

/// One character for each byte. They cross from WebAssembly as UTF-8 and are stored as UTF-16:
/// 2 bytes of the browser's quota each, where base64 takes 2.7.
pub(super) fn to_text(label: &Label, body: &[u8]) -> String {
    characters(&[&label.bytes()[..], body].concat())
}

/// `None` for what this crate has not written.
pub(super) fn from_text(text: &str) -> Option<(Label, Vec<u8>)> {
    let mut bytes = bytes(text);
    if bytes.len() <= LABEL_BYTES {
        return None;
    }
    let body = bytes.split_off(LABEL_BYTES);
    Some((Label::read(&bytes), body))
}

pub(super) fn seconds_to_text(seconds: u32) -> String {
    characters(&seconds.to_le_bytes())
}

pub(super) fn seconds_from_text(text: &str) -> u32 {
    number(&bytes(text))
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn characters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|character| character as u8).collect()
}
