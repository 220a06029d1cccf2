//! Collects converted spans, and what was skipped or changed.

use std::{collections::HashMap, fmt::Display};

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    common::v1::InstrumentationScope, resource::v1::Resource, trace::v1::Span,
};
use prost::Message;

use super::{At, DecodedFile, FileFormat};
use crate::{
    decode::{Encoding, Malformed, Reason, Rejections, decode},
    wire::{self, Origin},
};

/// The problems of a file that are reported one by one. All are counted.
pub(crate) const MAX_PROBLEMS: usize = 50;

/// The size limit of the text of a problem, in bytes.
const MAX_PROBLEM_BYTES: usize = 300;

/// The memory of a span besides its encoded bytes.
const SPAN_OVERHEAD_BYTES: usize = 128;

/// A part of a file that was skipped or changed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Problem {
    /// Such as `line 3` or `data[0].spans[7]`. Empty: the file as a whole.
    pub(crate) at: String,
    pub(crate) reason: String,
}

/// A span of a file, converted to OTLP.
pub(super) struct Converted {
    pub(super) resource: Resource,
    pub(super) scope: Option<InstrumentationScope>,
    pub(super) span: Span,
}

pub(super) struct Collector<'r, E> {
    format: FileFormat,
    /// The spans of each origin, in the order of the file.
    groups: Vec<(Origin, Vec<Bytes>)>,
    indexes: HashMap<Origin, usize>,
    /// Spans without a time. They start with their trace.
    undated: Vec<Converted>,
    /// The earliest start in each trace that has undated spans or others.
    starts: HashMap<Vec<u8>, u64>,
    problems: Vec<Problem>,
    skipped: u64,
    base: usize,
    bytes: usize,
    reserve: &'r mut dyn FnMut(usize) -> Result<(), E>,
}

impl<'r, E: From<Malformed>> Collector<'r, E> {
    /// `base` is the memory that is reserved already.
    pub(super) fn new(base: usize, reserve: &'r mut dyn FnMut(usize) -> Result<(), E>) -> Self {
        Self {
            format: FileFormat::Zipkin,
            groups: Vec::new(),
            indexes: HashMap::new(),
            undated: Vec::new(),
            starts: HashMap::new(),
            problems: Vec::new(),
            skipped: 0,
            base,
            bytes: 0,
            reserve,
        }
    }

    pub(super) const fn set_format(&mut self, format: FileFormat) {
        self.format = format;
    }

    /// Reports a part that is not imported.
    pub(super) fn skip(&mut self, at: &At<'_>, reason: &dyn Display) {
        self.skipped += 1;
        self.note(at, reason);
    }

    /// Reports a part that is imported with a change.
    pub(super) fn note(&mut self, at: &At<'_>, reason: &dyn Display) {
        if self.problems.len() < MAX_PROBLEMS {
            let mut reason = reason.to_string();
            reason.truncate(reason.floor_char_boundary(MAX_PROBLEM_BYTES));
            let at = at.to_string();
            self.problems.push(Problem { at, reason });
        }
    }

    pub(super) fn add(&mut self, at: &At<'_>, converted: Converted) -> Result<(), E> {
        let span = &converted.span;
        if span.start_time_unix_nano == 0 {
            self.note(at, &"without a time: it starts with its trace");
            self.undated.push(converted);
            return Ok(());
        }
        let start = self.starts.entry(span.trace_id.clone());
        let start = start.or_insert(span.start_time_unix_nano);
        *start = (*start).min(span.start_time_unix_nano);
        self.encode(&converted)
    }

    fn encode(&mut self, converted: &Converted) -> Result<(), E> {
        let scope = converted.scope.as_ref().map(Message::encode_to_vec);
        let origin = Origin {
            resource: converted.resource.encode_to_vec().into(),
            scope: scope.unwrap_or_default().into(),
            ..Origin::default()
        };
        let body = Bytes::from(converted.span.encode_to_vec());
        self.bytes += body.len() + SPAN_OVERHEAD_BYTES;
        let index = match self.indexes.get(&origin) {
            Some(index) => *index,
            None => {
                self.bytes += 2 * origin.encoded_bytes();
                self.indexes.insert(origin.clone(), self.groups.len());
                self.groups.push((origin, Vec::new()));
                self.groups.len() - 1
            }
        };
        (self.reserve)(self.base.saturating_add(self.bytes))?;
        self.groups[index].1.push(body);
        Ok(())
    }

    /// Decodes the converted spans as those of a request, with the same limits.
    pub(super) fn finish(mut self) -> Result<DecodedFile, E> {
        for mut converted in std::mem::take(&mut self.undated) {
            let span = &mut converted.span;
            let start = self.starts.get(&span.trace_id).copied();
            let start = start.unwrap_or_default();
            span.end_time_unix_nano = start.saturating_add(span.end_time_unix_nano);
            span.start_time_unix_nano = start;
            for event in &mut span.events {
                if event.time_unix_nano == 0 {
                    event.time_unix_nano = start;
                }
            }
            self.encode(&converted)?;
        }
        let request = Bytes::from(wire::request(self.groups).encode_to_vec());
        let (base, reserve) = (self.base.saturating_add(self.bytes), self.reserve);
        let mut decoded = decode(Encoding::Protobuf, request, |bytes| {
            reserve(base.saturating_add(bytes))
        })?;
        let mut skipped = Rejections::default();
        if self.skipped > 0 {
            skipped.count_all(Reason::Element, self.skipped);
        }
        decoded.rejections.merge(&skipped);
        Ok(DecodedFile {
            format: self.format,
            decoded,
            problems: self.problems,
        })
    }
}
