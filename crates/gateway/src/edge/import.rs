//! Imports a file, and reports what was imported, and what was skipped and why.

use std::{collections::HashSet, net::IpAddr};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Response, StatusCode, header},
};
use bytes::Bytes;
use serde::Serialize;
use tokio::task::spawn_blocking;
use trace_model::TraceId;

use super::{
    Edge, IngestError, body,
    budget::Lease,
    client::Client,
    encoding::{ContentCoding, MediaType},
    ingest::reserve,
};
use crate::{
    clock,
    decode::{
        Batch, Decoded, DecodedFile, Encoding, FileFormat, Problem, Reason, ReceivedSpan, Record,
        Rejections, Signal, Warnings, decode_file,
    },
    headers::secure_uncached,
};

/// Spans in one transaction, so that a large file does not block others.
const MAX_SPANS_PER_COMMIT: usize = 2_048;

/// The trace ids in a report. All traces are counted.
const MAX_TRACE_IDS: usize = 20;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The response to an import.
#[derive(Debug, Default, Serialize)]
struct ImportReport {
    format: &'static str,
    /// Traces that have an imported span.
    traces: usize,
    /// Stored spans, and those that were stored before.
    spans: u64,
    skipped: u64,
    /// The first skipped or changed parts.
    problems: Vec<Problem>,
    /// The first traces, in the order of the file.
    trace_ids: Vec<TraceId>,
}

impl Edge {
    pub(super) async fn import(&self, request: Request, client: Client) -> Response<Body> {
        let media_type = match MediaType::of_file(request.headers()) {
            Ok(media_type) => media_type,
            Err(error) => return self.reject(&error, request).await,
        };
        match self.import_file(media_type, request, client.key()).await {
            Ok(report) => {
                if let Some(problem) = report.problems.first() {
                    let loss = format!("{} {}", problem.at, problem.reason);
                    self.rejected
                        .log_loss(Signal::Traces, &client.to_string(), loss.trim());
                }
                response(&report)
            }
            Err(error) => self.error_response(&error, MediaType::JSON, client),
        }
    }

    async fn import_file(
        &self,
        media_type: MediaType,
        request: Request,
        client: Option<IpAddr>,
    ) -> Result<ImportReport, IngestError> {
        let (body, memory) = self.read(request, client).await?;
        let (body, memory) = self.decompress(body, memory).await?;
        self.rate_limiter.charge(client, body.len(), 0);
        let (file, memory) = self.decode_file(media_type.encoding, body, memory).await?;
        self.rate_limiter.charge(client, 0, file.decoded.records());
        self.store_file(file, memory, client).await
    }

    /// Decompresses a file that was compressed before it was sent. Its header does not say so.
    async fn decompress(&self, body: Bytes, memory: Lease) -> Result<(Bytes, Lease), IngestError> {
        let coding = if body.starts_with(GZIP) {
            ContentCoding::Gzip
        } else if body.starts_with(ZSTD) {
            ContentCoding::Zstd
        } else {
            return Ok((body, memory));
        };
        let decompressed = body::read(Body::from(body), coding, &self.limits, &self.budget).await;
        drop(memory);
        decompressed
    }

    async fn decode_file(
        &self,
        encoding: Encoding,
        body: Bytes,
        mut memory: Lease,
    ) -> Result<(DecodedFile, Lease), IngestError> {
        let limit_bytes = self.limits.memory_bytes;
        let decode = move || {
            let reserve = |bytes| reserve(&mut memory, bytes, limit_bytes);
            let file = decode_file(encoding, body, reserve)?;
            Ok((file, memory))
        };
        // Files are large, and there are few of them.
        spawn_blocking(decode).await?
    }

    /// Stores the spans in steps, in a task that continues when the client disconnects.
    async fn store_file(
        &self,
        file: DecodedFile,
        memory: Lease,
        client: Option<IpAddr>,
    ) -> Result<ImportReport, IngestError> {
        let (store, counts) = (self.store.clone(), self.counts.clone());
        let storing = tokio::spawn(async move {
            let DecodedFile {
                format,
                decoded,
                problems,
            } = file;
            let Decoded {
                batch,
                mut rejections,
                warnings,
            } = decoded;
            let (trace_ids, traces) = traces(&batch);
            let mut spans = 0;
            for step in steps(batch) {
                let sent: u64 = step.iter().map(|(_, spans)| spans.len() as u64).sum();
                let rejected = store
                    .append(ReceivedSpan::records(step), clock::now(), client)
                    .await?;
                spans += sent.saturating_sub(rejected.total());
                rejections.merge(&rejected);
            }
            drop(memory);
            counts.rejected(Signal::Traces, &rejections);
            counts.repaired(Signal::Traces, &warnings);
            Ok(ImportReport {
                format: format.name(),
                traces,
                spans,
                skipped: rejections.total(),
                problems: with_counts(problems, format, &rejections, &warnings),
                trace_ids,
            })
        });
        storing.await?
    }
}

/// Splits the spans into transactions. Imported spans are not forwarded to sinks.
fn steps(batch: Batch) -> Vec<Batch> {
    let (mut steps, mut step, mut room) = (Vec::new(), Batch::new(), MAX_SPANS_PER_COMMIT);
    for (origin, spans) in batch {
        let mut spans = spans.into_iter().peekable();
        while spans.peek().is_some() {
            let mut part: Vec<_> = spans.by_ref().take(room).collect();
            part.iter_mut().for_each(Record::mark_imported);
            room -= part.len();
            step.push((origin.clone(), part));
            if room == 0 {
                steps.push(std::mem::take(&mut step));
                room = MAX_SPANS_PER_COMMIT;
            }
        }
    }
    if !step.is_empty() {
        steps.push(step);
    }
    steps
}

/// Returns the first trace ids, and the number of traces.
fn traces(batch: &Batch) -> (Vec<TraceId>, usize) {
    let (mut first, mut seen) = (Vec::new(), HashSet::new());
    for span in batch.iter().flat_map(|(_, spans)| spans) {
        if seen.insert(span.trace_id) && first.len() < MAX_TRACE_IDS {
            first.push(span.trace_id);
        }
    }
    (first, seen.len())
}

/// Adds the reasons that are only counted.
fn with_counts(
    mut problems: Vec<Problem>,
    format: FileFormat,
    rejections: &Rejections,
    warnings: &Warnings,
) -> Vec<Problem> {
    let is_otlp = matches!(format, FileFormat::OtlpJson | FileFormat::OtlpProtobuf);
    let mut counted = Rejections::default();
    for (reason, spans) in rejections.iter() {
        // Elements of other formats are reported one by one.
        if is_otlp || reason != Reason::Element {
            counted.count_all(reason, spans);
        }
    }
    let texts = [
        counted.describe(Signal::Traces),
        warnings.describe(Signal::Traces),
    ];
    let texts = texts.into_iter().filter(|text| !text.is_empty());
    problems.extend(texts.map(|reason| Problem {
        at: String::new(),
        reason,
    }));
    problems
}

fn response(report: &ImportReport) -> Response<Body> {
    // Texts and numbers always serialize.
    let body = serde_json::to_vec(report).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    secure_uncached(headers);
    response
}
