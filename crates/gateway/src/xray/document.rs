//! A segment document, as AWS's developer guide describes it and as programs send it.
//!
//! Parsing is lenient. AWS's daemon forwards documents unchecked, so programs never learned of a
//! number in a string, or of a `null`. An unreadable field becomes an attribute, unchanged, and
//! is counted.

use serde_json::{Map, Value};

use super::{
    fields::{Fields, text_of},
    split::{self, Piece},
};

/// How many times `bytes` a document may take in memory.
const MAX_MEMORY_FACTOR: usize = 16;

/// A segment, or a subsegment that was sent on its own, with the subsegments within it.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    /// The size of its datagram, or its size in memory divided by [`MAX_MEMORY_FACTOR`] if that
    /// is larger.
    pub(super) bytes: usize,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) start_time: f64,
    pub(super) end_time: Option<f64>,
    pub(super) in_progress: bool,
    pub(super) trace_id: Option<String>,
    pub(super) parent_id: Option<String>,
    kind: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) http: Http,
    pub(super) sql: Sql,
    pub(super) user: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) aws: Map<String, Value>,
    pub(super) annotations: Map<String, Value>,
    pub(super) metadata: Map<String, Value>,
    pub(super) error: bool,
    pub(super) throttle: bool,
    pub(super) fault: bool,
    pub(super) exceptions: Vec<Exception>,
    /// Other fields, by attribute name.
    pub(super) others: Map<String, Value>,
    /// The names of fields with another type than X-Ray documents.
    pub(super) unexpected: Vec<String>,
    /// All subsegments of any depth, each before its own subsegments.
    pub(super) subsegments: Vec<Subsegment>,
}

/// A subsegment within a document.
#[derive(Clone, Debug)]
pub(super) struct Subsegment {
    pub(super) document: Document,
    /// The index of the subsegment around it. `None` for a child of the document.
    pub(super) parent: Option<usize>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Http {
    pub(super) method: Option<String>,
    pub(super) url: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) client_ip: Option<String>,
    /// Usually a number.
    pub(super) status: Option<Value>,
    pub(super) content_length: Option<Value>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Sql {
    pub(super) sanitized_query: Option<String>,
    pub(super) database_type: Option<String>,
    pub(super) url: Option<String>,
    pub(super) user: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Exception {
    pub(super) message: Option<String>,
    pub(super) kind: Option<String>,
    /// One line per stack frame.
    pub(super) stack: Vec<String>,
}

/// Why a datagram, or a document in it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum DocumentError {
    #[error("it is empty")]
    Empty,
    #[error("its header is not {{\"format\": \"json\", \"version\": 1}}")]
    Header,
    #[error("it has a header and no document")]
    NoDocument,
    #[error("it is not JSON, or cut short: {0}")]
    Json(#[from] serde_json::Error),
    #[error("it has content besides JSON objects")]
    StrayContent,
    #[error("it has neither a numeric start_time nor a numeric end_time")]
    NoTime,
}

impl Document {
    /// Reads a datagram: a header line `{"format": "json", "version": 1}` and a document. Further
    /// documents, and a missing header, are accepted.
    pub(super) fn all_of_datagram(
        datagram: &[u8],
    ) -> Result<Vec<Result<Self, DocumentError>>, DocumentError> {
        if datagram.trim_ascii().is_empty() {
            return Err(DocumentError::Empty);
        }
        let pieces =
            split::pieces(&String::from_utf8_lossy(datagram)).ok_or(DocumentError::StrayContent)?;
        let mut read = Vec::with_capacity(pieces.len());
        for piece in &pieces {
            read.push(serde_json::from_str::<Map<String, Value>>(&piece.text)?);
        }
        let has_header = read.first().is_some_and(|first| {
            let mut header = Fields::new(first.clone());
            header.take("format").is_some() || header.take("version").is_some()
        });
        if has_header && !is_header(&read[0]) {
            return Err(DocumentError::Header);
        }
        let documents = documents(&pieces, read, usize::from(has_header));
        if documents.is_empty() {
            return Err(DocumentError::NoDocument);
        }
        let sized = |document: Self| {
            let parts = (document.subsegments.len() + 1) * size_of::<Subsegment>();
            let bytes = datagram.len().max(parts / MAX_MEMORY_FACTOR);
            Self { bytes, ..document }
        };
        Ok(documents
            .into_iter()
            .map(|document| document.map(sized))
            .collect())
    }

    fn read(map: Map<String, Value>, piece: &Piece) -> Result<Self, DocumentError> {
        let mut fields = Fields::new(map);
        fields
            .unexpected
            .extend(piece.repairs.iter().map(|repair| (*repair).to_owned()));
        let end_time = fields.seconds("end_time");
        let start_time = fields
            .seconds("start_time")
            .or(end_time)
            .ok_or(DocumentError::NoTime)?;
        // The subsegments are separate pieces.
        fields.take("subsegments");
        Ok(Self {
            bytes: 0,
            id: fields.text("id").unwrap_or_default(),
            name: fields.text("name").unwrap_or_else(|| "unknown".to_owned()),
            start_time,
            end_time,
            in_progress: fields.flag("in_progress"),
            trace_id: fields.text("trace_id"),
            parent_id: fields.text("parent_id"),
            kind: fields.text("type"),
            namespace: fields.text("namespace"),
            http: http(&mut fields),
            sql: sql(&mut fields),
            user: fields.text("user"),
            origin: fields.text("origin"),
            aws: fields.object("aws"),
            annotations: fields.object("annotations"),
            metadata: fields.object("metadata"),
            error: fields.flag("error"),
            throttle: fields.flag("throttle"),
            fault: fields.flag("fault"),
            exceptions: exceptions(&mut fields),
            subsegments: Vec::new(),
            others: fields.take_rest("aws.xray"),
            unexpected: fields.unexpected,
        })
    }

    pub(super) fn is_segment(&self) -> bool {
        let kind = self.kind.as_deref();
        !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("subsegment"))
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.in_progress && self.end_time.is_some()
    }
}

/// Whether this is a valid header. Names and values may have any case, as in AWS's daemon.
fn is_header(header: &Map<String, Value>) -> bool {
    let mut header = Fields::new(header.clone());
    let format = header.text("format").unwrap_or_default();
    format.eq_ignore_ascii_case("json") && header.number("version") == Some(1.0)
}

/// Returns the documents of a datagram, each with its subsegments. The children of an unreadable
/// subsegment belong to the document around it.
fn documents(
    pieces: &[Piece],
    read: Vec<Map<String, Value>>,
    skipped: usize,
) -> Vec<Result<Document, DocumentError>> {
    let mut documents: Vec<Result<Document, DocumentError>> = Vec::new();
    // The index of each piece among the subsegments of its document.
    let mut indexes: Vec<Option<usize>> = vec![None; pieces.len()];
    for (index, (piece, map)) in pieces.iter().zip(read).enumerate().skip(skipped) {
        let document = Document::read(map, piece);
        let Some(parent) = piece.parent else {
            documents.push(document);
            continue;
        };
        let parent = indexes[parent];
        let is_top_unreadable = matches!(documents.last(), Some(Err(_)));
        match (documents.last_mut(), document) {
            (Some(Ok(top)), Ok(document)) => {
                indexes[index] = Some(top.subsegments.len());
                top.subsegments.push(Subsegment { document, parent });
            }
            (_, Err(error)) => {
                indexes[index] = parent;
                // Inserted before the document, which has to be the last element.
                let at = documents.len().saturating_sub(1);
                documents.insert(at, Err(error));
            }
            (_, Ok(mut document)) if is_top_unreadable => {
                document.kind = Some("subsegment".to_owned());
                let at = documents.len().saturating_sub(1);
                documents.insert(at, Ok(document));
            }
            (_, Ok(_)) => {}
        }
    }
    documents
}

fn http(fields: &mut Fields) -> Http {
    let mut request = Fields::new(Map::new());
    let mut response = Fields::new(Map::new());
    let mut http = Fields::new(fields.object("http"));
    request.map = http.object("request");
    response.map = http.object("response");
    let read = Http {
        method: request.text("method"),
        url: request.text("url"),
        user_agent: request.text("user_agent"),
        client_ip: request.text("client_ip"),
        status: response.integer("status"),
        content_length: response.integer("content_length"),
    };
    fields.merge_rest(http, "aws.xray.http");
    fields.merge_rest(request, "aws.xray.http.request");
    fields.merge_rest(response, "aws.xray.http.response");
    read
}

fn sql(fields: &mut Fields) -> Sql {
    let mut sql = Fields::new(fields.object("sql"));
    let read = Sql {
        sanitized_query: sql.text("sanitized_query"),
        database_type: sql.text("database_type"),
        url: sql.text("url"),
        user: sql.text("user"),
    };
    fields.merge_rest(sql, "aws.xray.sql");
    read
}

/// Reads the exceptions of a cause. A cause may also be the id of another subsegment's exception.
fn exceptions(fields: &mut Fields) -> Vec<Exception> {
    match fields.take("cause") {
        Some(Value::Object(cause)) => {
            let mut cause = Fields::new(cause);
            let exceptions = cause.list("exceptions");
            fields.merge_rest(cause, "aws.xray.cause");
            exceptions.into_iter().map(exception).collect()
        }
        Some(Value::String(id)) => {
            fields.add_other("aws.xray.cause", Value::String(id));
            Vec::new()
        }
        Some(Value::Array(exceptions)) => exceptions.into_iter().map(exception).collect(),
        _ => Vec::new(),
    }
}

fn exception(exception: Value) -> Exception {
    let Value::Object(exception) = exception else {
        return Exception {
            message: text_of(&exception),
            ..Exception::default()
        };
    };
    let mut fields = Fields::new(exception);
    Exception {
        message: fields.text("message"),
        kind: fields.text("type"),
        stack: fields.list("stack").into_iter().map(frame).collect(),
    }
}

fn frame(frame: Value) -> String {
    let Value::Object(frame) = frame else {
        return text_of(&frame).unwrap_or_default();
    };
    let mut fields = Fields::new(frame);
    let line = fields.integer("line").and_then(|line| text_of(&line));
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    let (label, path) = (fields.text("label"), fields.text("path"));
    format!(
        "at {} ({}{line})",
        label.as_deref().unwrap_or("?"),
        path.as_deref().unwrap_or("?")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(datagram: &str) -> Vec<Result<Document, DocumentError>> {
        Document::all_of_datagram(datagram.as_bytes()).unwrap()
    }

    fn one(document: &str) -> Document {
        let datagram = format!("{{\"format\":\"json\",\"version\":1}}\n{document}");
        let mut all = all(&datagram);
        assert_eq!(all.len(), 1);
        all.remove(0).unwrap()
    }

    #[test]
    fn header_may_vary_as_in_the_aws_daemon() {
        for header in [
            r#"{"format": "json", "version": 1}"#,
            r#"{"Format": "JSON", "VERSION": 1}"#,
            r#"{"format": "json", "version": "1"}"#,
            r#"{"format": "json", "version": 1.0, "more": null}"#,
            "",
        ] {
            for end in ["\n", "\r\n", "", " "] {
                let all = all(&format!(
                    "{header}{end}{{\"id\": \"a\", \"start_time\": 1}}"
                ));
                assert_eq!(all.len(), 1, "{header}");
                assert_eq!(all[0].as_ref().unwrap().id, "a");
            }
        }
        for header in [
            r#"{"format": "json", "version": 2}"#,
            r#"{"format": "xml"}"#,
        ] {
            let datagram = format!("{header}\n{{}}");
            let error = Document::all_of_datagram(datagram.as_bytes()).unwrap_err();
            assert!(matches!(error, DocumentError::Header), "{error}");
        }
    }

    #[test]
    fn invalid_datagram_is_an_error_with_its_reason() {
        for (datagram, reason) in [
            ("", "empty"),
            (" \n", "empty"),
            ("no header", "besides JSON"),
            ("{\"format\":\"json\",\"version\":1}\n", "no document"),
            (
                "{\"format\":\"json\",\"version\":1}\n{\"id\": \"a\"",
                "cut short",
            ),
            (
                "{\"format\":\"json\",\"version\":1}\n{\"id\" 1}",
                "not JSON",
            ),
        ] {
            let error = Document::all_of_datagram(datagram.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(reason), "{datagram}: {error}");
        }
        let timeless = all(r#"{"id": "a", "subsegments": [{"id": "b", "start_time": 1}]}"#);
        assert!(matches!(&timeless[..], [Ok(sub), Err(DocumentError::NoTime)] if sub.id == "b"));
    }

    #[test]
    fn values_of_other_types_are_converted() {
        let document = one(
            r#"{"id": "a", "name": 7, "start_time": "1.5", "end_time": 2, "user": 17,
                "annotations": null, "metadata": null, "http": null, "sql": null, "aws": null,
                "subsegments": null, "cause": null, "error": "true", "fault": 1, "throttle": null,
                "in_progress": "false", "parent_id": null, "namespace": null}"#,
        );
        assert_eq!(
            (&*document.name, document.user.as_deref()),
            ("7", Some("17"))
        );
        assert_eq!((document.start_time, document.end_time), (1.5, Some(2.0)));
        assert!(document.error && document.fault && !document.throttle);
        assert!(document.is_complete());
        assert!(document.unexpected.is_empty() && document.others.is_empty());
    }

    #[test]
    fn unreadable_fields_become_attributes_and_are_counted() {
        let document = one(
            r#"{"id": "a", "start_time": 1, "end_time": "soon", "annotations": [1], "user": {"id": 1},
                "http": {"request": "GET /", "response": {"status": "OK"}}, "new": true,
                "error": "maybe"}"#,
        );
        let others: Vec<_> = document.others.keys().map(String::as_str).collect();
        let expected = [
            "aws.xray.annotations",
            "aws.xray.end_time",
            "aws.xray.error",
            "aws.xray.http.request",
            "aws.xray.new",
        ];
        let mut sorted = others;
        sorted.sort_unstable();
        assert_eq!(sorted, expected);
        assert_eq!(document.http.status, Some("OK".into()));
        assert_eq!(document.user.as_deref(), Some(r#"{"id":1}"#));
        let mut unexpected = document.unexpected;
        unexpected.sort_unstable();
        let expected = [
            "annotations",
            "end_time",
            "error",
            "request",
            "status",
            "user",
        ];
        assert_eq!(unexpected, expected);
    }

    #[test]
    fn times_in_other_units_are_converted_to_seconds() {
        for time in [
            "1795780000",
            "1795780000000",
            "1795780000000000",
            "\"1795780000000000000\"",
        ] {
            let document = one(&format!("{{\"id\": \"a\", \"start_time\": {time}}}"));
            assert!(
                (document.start_time - 1_795_780_000.0).abs() < 1.0,
                "{time}"
            );
        }
    }

    #[test]
    fn exceptions_and_their_stacks_may_have_any_shape() {
        let document = one(r#"{"id": "a", "start_time": 1, "cause": {"exceptions": [
                {"type": "E", "message": null, "stack": [{"path": "a.py", "line": "12", "label": "f"},
                    {"path": "b.py", "line": 3.0}, "at c"]},
                {"message": 5, "stack": "one text"}, "only a text"]}}"#);
        let [first, second, third] = &document.exceptions[..] else {
            panic!("{:?}", document.exceptions);
        };
        assert_eq!(first.stack, ["at f (a.py:12)", "at ? (b.py:3)", "at c"]);
        assert_eq!(
            (second.message.as_deref(), &*second.stack[0]),
            (Some("5"), "one text")
        );
        assert_eq!(third.message.as_deref(), Some("only a text"));
    }

    #[test]
    fn deeply_nested_subsegments_are_read() {
        let depth = 2_000;
        let sub = |number: usize| format!(r#""id": "{number}", "start_time": {number}"#);
        let text = (0..depth).rev().fold(String::new(), |inner, number| {
            let inner = if inner.is_empty() {
                inner
            } else {
                format!(r#", "subsegments": [{inner}]"#)
            };
            format!("{{{}{inner}}}", sub(number))
        });
        let document = one(&text);
        assert_eq!(document.subsegments.len(), depth - 1);
        for (index, sub) in document.subsegments.iter().enumerate() {
            assert_eq!(sub.document.id, (index + 1).to_string());
            assert_eq!(sub.parent, index.checked_sub(1));
        }
    }

    #[test]
    fn deeply_nested_values_and_invalid_texts_do_not_affect_others() {
        let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
        let document = one(&format!(
            r#"{{"id": "a", "start_time": 1, "annotations": {{"cut": "\ud83c", "nan": NaN,
                "none": None, "big": 1e999}}, "metadata": {{"deep": {deep}}}}}"#
        ));
        assert_eq!(document.annotations["cut"], "\u{fffd}");
        assert_eq!(document.annotations["nan"], "NaN");
        assert_eq!(document.annotations["none"], "None");
        assert_eq!(document.annotations["big"], "1e999");
        assert!(document.metadata.contains_key("deep"));
        assert_eq!(document.unexpected.len(), 5, "{:?}", document.unexpected);
    }
}
