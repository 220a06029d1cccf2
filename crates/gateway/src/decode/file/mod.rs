//! Imported files: OTLP, Jaeger's JSON and Zipkin's JSON, detected from their content.
//!
//! A file is one JSON document, or one on each line. OTLP is decoded as requests are. Spans of the other
//! formats are converted to OTLP one by one, so that no tree of the file is built, and so that an invalid
//! span is skipped alone.

mod collector;
mod jaeger;
mod lenient;
mod shape;
mod tags;
#[cfg(test)]
mod tests;
mod zipkin;

use std::fmt;

use bytes::Bytes;
use serde_json::value::RawValue;

pub(crate) use self::collector::Problem;
use self::{collector::Collector, shape::Shape};
use super::{Decoded, Encoding, Malformed, decode};

const BOM: char = '\u{feff}';

/// The byte order marks of UTF-16.
const UTF_16_BOMS: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];

/// How deeply lists are nested in lists.
const MAX_LIST_DEPTH: usize = 4;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileFormat {
    OtlpJson,
    OtlpProtobuf,
    Jaeger,
    Zipkin,
}

impl FileFormat {
    /// Returns the name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OtlpJson => "otlp_json",
            Self::OtlpProtobuf => "otlp_protobuf",
            Self::Jaeger => "jaeger",
            Self::Zipkin => "zipkin",
        }
    }
}

/// The spans of a file, and what was skipped or changed.
#[derive(Debug)]
pub(crate) struct DecodedFile {
    pub(crate) format: FileFormat,
    pub(crate) decoded: Decoded,
    /// The first skipped or changed parts.
    pub(crate) problems: Vec<Problem>,
}

/// A position in a file.
#[derive(Clone, Copy)]
enum At<'a> {
    File,
    Line(usize),
    /// An element of a list: its parent, the list's name, and its index.
    Element(&'a Self, &'static str, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Line(number) => write!(f, "line {number}"),
            Self::Element(parent, name, index) => {
                let separator = match parent {
                    Self::File => "",
                    Self::Line(_) => ": ",
                    Self::Element(..) if name.is_empty() => "",
                    Self::Element(..) => ".",
                };
                write!(f, "{parent}{separator}{name}[{index}]")
            }
        }
    }
}

/// Decodes a file. Calls `reserve` before it takes memory, with the total number of bytes.
pub(crate) fn decode_file<E: From<Malformed>>(
    encoding: Encoding,
    body: Bytes,
    mut reserve: impl FnMut(usize) -> Result<(), E>,
) -> Result<DecodedFile, E> {
    let of_otlp = |format, decoded| DecodedFile {
        format,
        decoded,
        problems: Vec::new(),
    };
    if encoding == Encoding::Protobuf {
        return Ok(of_otlp(
            FileFormat::OtlpProtobuf,
            decode(encoding, body, reserve)?,
        ));
    }
    if body.trim_ascii().is_empty() {
        return Err(Malformed::EmptyFile.into());
    }
    if UTF_16_BOMS.iter().any(|bom| body.starts_with(bom)) {
        return Err(Malformed::Utf16.into());
    }
    // The text is copied if it is not UTF-8. OTLP is decoded from the original bytes.
    let base = body.len() * 2;
    reserve(base)?;
    let text = String::from_utf8_lossy(&body);
    let text = text.strip_prefix(BOM).unwrap_or(&text);
    let documents = documents(text);
    let first = documents
        .iter()
        .filter_map(|(_, document)| document.as_ref().ok());
    let shape = first
        .map(|document| Shape::of(document))
        .find(Shape::is_known);
    match shape {
        None => Err(unknown(&documents).into()),
        Some(Shape::Otlp) => {
            let decoded = decode(Encoding::JsonLines, body.clone(), reserve)?;
            Ok(of_otlp(FileFormat::OtlpJson, decoded))
        }
        Some(Shape::WrappedOtlp) => {
            let request = documents
                .iter()
                .filter_map(|(_, document)| document.as_ref().ok());
            let request = Bytes::from(shape::unwrapped(request));
            let reserve = |bytes: usize| reserve(base.saturating_add(bytes));
            let decoded = decode(Encoding::Json, request, reserve)?;
            Ok(of_otlp(FileFormat::OtlpJson, decoded))
        }
        Some(_) => {
            let mut collector = Collector::new(base, &mut reserve);
            for (line, document) in &documents {
                let at = line.map_or(At::File, At::Line);
                match document {
                    Ok(document) => visit(document, &at, 0, &mut collector)?,
                    Err(error) => collector.skip(&at, error),
                }
            }
            collector.finish()
        }
    }
}

/// A document, or why a line has none, with the number of the line if there are several.
type Documents<'a> = Vec<(Option<usize>, Result<&'a RawValue, serde_json::Error>)>;

/// Returns the whole file, or its lines if it is not one document.
fn documents(text: &str) -> Documents<'_> {
    let error = match serde_json::from_str::<&RawValue>(text) {
        Ok(document) => return vec![(None, Ok(document))],
        Err(error) => error,
    };
    let lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty());
    let lines = lines.map(|(number, line)| (Some(number), serde_json::from_str::<&RawValue>(line)));
    let mut lines: Documents<'_> = lines.collect();
    let is_document = |document: &&RawValue| document.get().starts_with(['{', '[']);
    if !lines
        .iter()
        .any(|(_, line)| line.as_ref().is_ok_and(is_document))
    {
        // The error of the whole names the place where the document is damaged.
        lines = vec![(None, Err(error))];
    }
    lines
}

/// Says why a file has no format that is known.
fn unknown(documents: &Documents<'_>) -> Malformed {
    match documents.first() {
        Some((_, Err(error))) => Malformed::File(error.to_string()),
        Some((_, Ok(document))) => Malformed::UnknownFile(shape::describe(document)),
        None => Malformed::EmptyFile,
    }
}

/// Collects the spans of a document, or of a part of it.
fn visit<E: From<Malformed>>(
    value: &RawValue,
    at: &At<'_>,
    depth: usize,
    collector: &mut Collector<'_, E>,
) -> Result<(), E> {
    match Shape::of(value) {
        Shape::List if depth < MAX_LIST_DEPTH => {
            let elements: Vec<&RawValue> = serde_json::from_str(value.get()).unwrap_or_default();
            for (index, element) in elements.into_iter().enumerate() {
                visit(element, &At::Element(at, "", index), depth + 1, collector)?;
            }
            Ok(())
        }
        Shape::JaegerList => {
            for (index, trace) in shape::jaeger_traces(value).into_iter().enumerate() {
                jaeger::trace(trace, &At::Element(at, "data", index), collector)?;
            }
            Ok(())
        }
        Shape::JaegerTrace => jaeger::trace(value, at, collector),
        Shape::JaegerSpan => jaeger::lone_span(value, at, collector),
        Shape::ZipkinSpan => zipkin::span(value, at, collector),
        Shape::List | Shape::Otlp | Shape::WrappedOtlp | Shape::Unknown => {
            collector.skip(at, &shape::describe(value));
            Ok(())
        }
    }
}
