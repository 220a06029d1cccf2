//! Installs the subscriber and the panic hook.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io, panic,
};

use tracing::Subscriber;
use tracing_subscriber::{
    Layer,
    filter::{ParseError, Targets},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry::Registry,
    util::{SubscriberInitExt, TryInitError},
};

use crate::{
    Format, LoggedEvent, SpanContext, export::ExportLayer, json::JsonFormat, text::TextFormat,
};

/// The levels when nothing else is configured.
pub const DEFAULT_LEVELS: &str = "info";

/// The levels and the format of the log.
#[derive(Clone, Debug)]
pub struct Config {
    /// Levels as in `RUST_LOG`: a level, or `target=level`, comma-separated. Empty counts as
    /// [`DEFAULT_LEVELS`].
    pub levels: String,
    /// How events are written.
    pub format: Format,
    /// Returns the ids of the current span. They are part of each line that is logged in it.
    pub span_context: Option<fn() -> Option<SpanContext>>,
    /// Returns the id of the current request. It is part of each line that is logged for it.
    pub request_id: Option<fn() -> Option<String>>,
    /// Gets each event that is logged, in the thread that logs it. Events that it logs itself, or that
    /// other threads log on its behalf, come back to it: it has to recognize them.
    pub export: Option<fn(LoggedEvent)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            levels: DEFAULT_LEVELS.to_owned(),
            format: Format::default(),
            span_context: None,
            request_id: None,
            export: None,
        }
    }
}

/// Why logging cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// The levels cannot be parsed.
    #[error("log levels {value:?} cannot be used: write a level, or target=level, comma-separated")]
    Levels {
        /// The value.
        value: String,
        /// Why it cannot be parsed.
        source: ParseError,
    },
    /// Another subscriber is installed in this process.
    #[error("logging is already set up")]
    AlreadyInitialized(#[source] TryInitError),
}

/// Sets logging up for the whole process. To be called once, first in `main`.
///
/// Events go to standard error. Panics are logged as errors from then on, with a backtrace if
/// `RUST_BACKTRACE` is set.
///
/// # Errors
/// When the levels cannot be parsed, or logging is set up already.
pub fn init(config: &Config) -> Result<(), InitError> {
    let filter = parse_levels(&config.levels)?;
    let subscriber = subscriber(config, filter, io::stderr);
    subscriber
        .try_init()
        .map_err(InitError::AlreadyInitialized)?;
    panic::set_hook(Box::new(|info| {
        let location = info.location().map(ToString::to_string);
        let message = info.payload_as_str().unwrap_or("unknown");
        let backtrace = Backtrace::capture();
        let is_captured = backtrace.status() == BacktraceStatus::Captured;
        let backtrace = is_captured.then(|| backtrace.to_string());
        tracing::error!(location, panic = message, backtrace, "thread panicked");
    }));
    Ok(())
}

fn parse_levels(levels: &str) -> Result<Targets, InitError> {
    let value = match levels.trim() {
        "" => DEFAULT_LEVELS,
        levels => levels,
    };
    value.parse().map_err(|source| InitError::Levels {
        value: value.to_owned(),
        source,
    })
}

fn subscriber<W>(
    config: &Config,
    filter: Targets,
    writer: W,
) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let (span_context, request_id) = (config.span_context, config.request_id);
    let lines = fmt::layer().with_ansi(false).with_writer(writer);
    let lines = match config.format {
        Format::Text => lines
            .event_format(TextFormat {
                span_context,
                request_id,
            })
            .boxed(),
        Format::Json => lines
            .event_format(JsonFormat {
                span_context,
                request_id,
            })
            .boxed(),
    };
    let export = config.export.map(ExportLayer);
    let export = export.map(|layer| layer.with_filter(filter.clone()));
    Registry::default()
        .with(lines.with_filter(filter))
        .with(export)
}

#[cfg(test)]
mod tests {
    use std::{
        error::Error,
        io::Write,
        sync::{Arc, Mutex},
    };

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(config: &Config, events: impl FnOnce()) -> String {
        let output = Output::default();
        let writer = output.clone();
        let filter = parse_levels(&config.levels).unwrap();
        let subscriber = subscriber(config, filter, move || writer.clone());
        tracing::subscriber::with_default(subscriber, events);
        String::from_utf8(output.0.lock().unwrap().clone()).unwrap()
    }

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read the file")]
    struct ReadError(#[source] io::Error);

    fn read_error() -> ReadError {
        ReadError(io::Error::other("disk full"))
    }

    const IDS: SpanContext = SpanContext {
        trace_id: [0xab; 16],
        span_id: [0x01; 8],
    };

    fn json() -> Config {
        Config {
            format: Format::Json,
            span_context: Some(|| Some(IDS)),
            ..Config::default()
        }
    }

    fn with_levels(levels: &str) -> Config {
        Config {
            levels: levels.to_owned(),
            ..Config::default()
        }
    }

    fn text() -> Config {
        Config::default()
    }

    /// The line without its time, whose form is checked.
    fn without_time(line: &str) -> &str {
        let (time, rest) = line.split_once(' ').unwrap();
        assert_eq!(time.len(), "2026-11-27T19:40:02.123456Z".len(), "{time}");
        assert!(time.ends_with('Z'), "{time}");
        rest
    }

    #[test]
    fn text_line_has_level_target_message_and_fields() {
        let line = logged(&text(), || {
            tracing::warn!(target: "edge", client = "::1", size_bytes = 3, note = "a b", "refused");
        });
        let expected = "WARN  edge: refused client=::1 size_bytes=3 note=\"a b\"\n";
        assert_eq!(without_time(&line), expected);
    }

    #[test]
    fn text_line_has_the_ids_of_the_current_span() {
        let config = Config {
            span_context: Some(|| Some(IDS)),
            ..text()
        };
        let line = logged(&config, || tracing::info!(target: "a", "b"));
        let trace_id = "ab".repeat(16);
        let expected = format!("INFO  a: b trace_id={trace_id} span_id=0101010101010101\n");
        assert_eq!(without_time(&line), expected);
    }

    #[test]
    fn line_has_the_id_of_the_request() {
        let with_id = |format| Config {
            format,
            request_id: Some(|| Some("a-1".to_owned())),
            ..Config::default()
        };
        let event = || tracing::info!(target: "a", "b");
        let line = logged(&with_id(Format::Text), event);
        assert_eq!(without_time(&line), "INFO  a: b request_id=a-1\n");
        let line = logged(&with_id(Format::Json), event);
        let object: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["request_id"], "a-1");
        assert!(!logged(&json(), event).contains("request_id"));
    }

    #[test]
    fn control_characters_cannot_forge_a_line() {
        let line = logged(&text(), || {
            let sent = "x\n2026 ERROR \u{1b}[31m";
            tracing::info!(target: "a", sent, "{sent}");
        });
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(!line.contains('\u{1b}'), "{line}");
        assert!(line.contains("x\\n2026"), "{line}");
    }

    #[test]
    fn error_is_followed_by_its_sources() {
        let line = logged(&text(), || {
            let error = read_error();
            tracing::error!(target: "a", error = &error as &dyn Error, "failed");
        });
        assert!(
            line.ends_with("error=\"cannot read the file: disk full\"\n"),
            "{line}"
        );
    }

    #[test]
    fn json_line_is_an_object_with_typed_fields_and_ids() {
        let line = logged(&json(), || {
            let error = read_error();
            let error = &error as &dyn Error;
            tracing::warn!(target: "edge", bytes = 3, ok = true, error, "refused {}", 1);
        });
        let object: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["level"], "WARN");
        assert_eq!(object["target"], "edge");
        assert_eq!(object["message"], "refused 1");
        assert_eq!(object["trace_id"], "ab".repeat(16));
        assert_eq!(object["span_id"], "0101010101010101");
        let fields = serde_json::json!({
            "bytes": 3,
            "ok": true,
            "error": "cannot read the file: disk full",
        });
        assert_eq!(object["fields"], fields);
        assert!(object["timestamp"].as_str().unwrap().ends_with('Z'));
    }

    #[test]
    fn exporter_gets_the_events_that_are_logged() {
        static EXPORTED: Mutex<Vec<LoggedEvent>> = Mutex::new(Vec::new());
        let config = Config {
            export: Some(|event| EXPORTED.lock().unwrap().push(event)),
            ..with_levels("warn")
        };
        let lines = logged(&config, || {
            let error = read_error();
            let error = &error as &dyn Error;
            tracing::info!(target: "edge", "not logged");
            tracing::warn!(target: "edge", bytes = 3, error, "refused");
        });
        assert_eq!(lines.lines().count(), 1);
        let exported = EXPORTED.lock().unwrap();
        let [event] = &exported[..] else {
            panic!("{exported:?}");
        };
        let found = (event.level, event.target, event.message.as_str());
        assert_eq!(found, (tracing::Level::WARN, "edge", "refused"));
        let fields = [
            ("bytes", Value::from(3)),
            ("error", "cannot read the file: disk full".into()),
        ];
        assert_eq!(event.fields, fields);
    }

    #[test]
    fn levels_are_info_by_default_and_set_by_target() {
        let events = || {
            tracing::debug!(target: "store", "detail");
            tracing::info!(target: "edge", "state");
        };
        assert!(logged(&text(), events).ends_with("edge: state\n"));
        assert!(logged(&with_levels(""), events).ends_with("edge: state\n"));
        let line = logged(&with_levels("warn,store=debug"), events);
        assert!(line.ends_with("store: detail\n"), "{line}");
        assert_eq!(line.lines().count(), 1);
    }

    #[test]
    fn invalid_levels_are_an_error_with_its_cause() {
        let error = parse_levels("a=loud").unwrap_err();
        assert!(error.to_string().contains("\"a=loud\""), "{error}");
        assert!(error.source().is_some());
    }
}
