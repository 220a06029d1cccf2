//! The servers, and how each is started.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use bench_runner::service::{Process, Program};

/// A server that others have made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partner {
    pub(super) name: &'static str,
    /// What it needs to continue a trace.
    pub(super) needs: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Axum,
    /// `opentelemetry-instrument` with this file.
    InstrumentedPython(&'static str),
    Python(&'static str),
    Node(&'static str),
}

/// Where servers send their spans.
#[derive(Debug)]
pub(super) struct Receivers {
    /// A URL.
    pub(super) otlp: String,
    /// A UDP address.
    pub(super) xray: String,
}

pub(super) const PARTNERS: [Partner; 5] = [
    Partner {
        name: "axum",
        needs: "axum-tracing-opentelemetry: OtelAxumLayer, and TracingConfig of init-tracing-opentelemetry",
        kind: Kind::Axum,
    },
    Partner {
        name: "Flask",
        needs: "opentelemetry-instrument and opentelemetry-instrumentation-flask",
        kind: Kind::InstrumentedPython("flask_app.py"),
    },
    Partner {
        name: "FastAPI",
        needs: "opentelemetry-instrument and opentelemetry-instrumentation-fastapi",
        kind: Kind::InstrumentedPython("fastapi_app.py"),
    },
    Partner {
        name: "Express",
        needs: "node --require @opentelemetry/auto-instrumentations-node/register",
        kind: Kind::Node("express_app.cjs"),
    },
    Partner {
        name: "Flask with X-Ray",
        needs: "aws-xray-sdk: XRayMiddleware, and otel-propagate-xray in the page",
        kind: Kind::Python("xray_app.py"),
    },
];

impl Partner {
    /// Starts the server with the variables that all of OpenTelemetry's SDKs read. It ends on drop.
    pub(super) async fn start(&self, servers: &Path, receivers: &Receivers) -> Result<Process> {
        let program = match self.kind {
            Kind::Axum => Program::new(&variable("PARTNERS_AXUM")?),
            Kind::InstrumentedPython(file) => {
                let bin = variable("PARTNERS_PYTHON")?.join("bin");
                Program::new(&bin.join("opentelemetry-instrument"))
                    .arg(bin.join("python").display().to_string())
                    .arg(text(servers, "python", file))
            }
            Kind::Python(file) => Program::new(&variable("PARTNERS_PYTHON")?.join("bin/python"))
                .arg(text(servers, "python", file)),
            Kind::Node(file) => Program::new(Path::new("node"))
                .arg("--require")
                .arg("@opentelemetry/auto-instrumentations-node/register")
                .arg(text(servers, "node", file)),
        };
        let modules = servers.join("node/node_modules").display().to_string();
        let service = self.name.to_lowercase().replace(' ', "-");
        program
            .env("NODE_PATH", modules)
            .env("OTEL_SERVICE_NAME", service)
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", receivers.otlp.clone())
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf".to_owned())
            .env("OTEL_METRICS_EXPORTER", "none".to_owned())
            .env("OTEL_LOGS_EXPORTER", "none".to_owned())
            // Instead of five seconds.
            .env("OTEL_BSP_SCHEDULE_DELAY", "200".to_owned())
            .env("AWS_XRAY_DAEMON_ADDRESS", receivers.xray.clone())
            .start("PARTNER_LISTEN")
            .await
            .with_context(|| format!("{} does not start", self.name))
    }
}

fn text(servers: &Path, folder: &str, file: &str) -> String {
    servers.join(folder).join(file).display().to_string()
}

fn variable(name: &str) -> Result<PathBuf> {
    let value = env::var_os(name).map(PathBuf::from);
    value.with_context(|| format!("{name} is not set: run `cargo xtask partners`"))
}
