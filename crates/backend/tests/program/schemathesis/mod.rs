//! The running server against its OpenAPI document, with schemathesis.
//!
//! `cargo xtask test openapi` installs `requirements.txt`, and sets `CRUDDUR_TEST_SCHEMATHESIS` to the
//! program. Without this variable, the tests are skipped and say so.

use std::{env, fs, io::Write, process::Output, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{process::Command, time::timeout};

use crate::server::Server;

const VARIABLE: &str = "CRUDDUR_TEST_SCHEMATHESIS";
const DOCUMENT: &str = "/api/openapi.json";
/// The time limit of one run. Without load, it takes a quarter of that.
const DEADLINE: Duration = Duration::from_secs(60);
/// Fixed, so that a failure can be repeated.
const SEED: &str = "1";
/// The number of requests for each operation, in the phase that generates them at random.
const MAX_EXAMPLES: &str = "10";

/// All checks are enabled. Requests that fit their schemas can still be refused, because no schema can
/// express all rules: a handle that is taken, a code that was not sent.
const CONFIG: &str = r#"
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429]
"#;

/// Streams do not end, and the others end the session.
const NOT_SIGNED_IN: [&str; 4] = [
    "/api/events",
    "/api/auth/signout",
    "/api/auth/signout-everywhere",
    "/api/auth/sessions/{uuid}",
];

/// Returns the program. Without one, prints that the test is skipped.
fn program(test: &str) -> Option<String> {
    let program = env::var(VARIABLE).ok();
    if program.is_none() {
        let line = format!("skipped: {test}: {VARIABLE} is not set\n");
        // The test harness shows the output of `eprintln!` only for failed tests.
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    program
}

/// A run of schemathesis.
struct Run<'a> {
    program: String,
    server: &'a Server,
    /// The cookie of a session.
    session: Option<String>,
    /// Instead of the server's own document.
    document: Option<Value>,
    arguments: Vec<&'a str>,
}

impl Run<'_> {
    async fn output(&self) -> Output {
        let folder = TempDir::new().unwrap();
        let config = folder.path().join("schemathesis.toml");
        fs::write(&config, self.config()).unwrap();
        let mut command = Command::new(&self.program);
        command.current_dir(folder.path()).arg("--config-file");
        command.arg(&config).arg("run");
        match &self.document {
            Some(document) => {
                let file = folder.path().join("openapi.json");
                fs::write(&file, document.to_string()).unwrap();
                command.arg(file).args(["--url", &self.server.url]);
            }
            None => {
                command.arg(format!("{}{DOCUMENT}", self.server.url));
            }
        }
        // Python's parser is not safe in several threads: one worker.
        let run = command
            .args(["--checks", "all", "--seed", SEED, "--workers", "1"])
            .args(["--max-examples", MAX_EXAMPLES, "--continue-on-failure"])
            .args(&self.arguments)
            .kill_on_drop(true)
            .output();
        timeout(DEADLINE, run).await.unwrap().unwrap()
    }

    fn config(&self) -> String {
        let session = self.session.as_deref().map(|cookie| {
            let (_, token) = cookie.split_once('=').unwrap();
            format!("[auth.openapi.session]\napi_key = \"{token}\"\n")
        });
        session.unwrap_or_default() + CONFIG
    }
}

#[track_caller]
fn assert_conforms(output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    // Not an empty run.
    let cases = text.split_once("Test cases:\n").unwrap().1.trim_start();
    let count: u32 = cases.split(' ').next().unwrap().parse().unwrap();
    assert!(count > 500, "{text}");
}

#[tokio::test]
async fn server_conforms_to_its_document_signed_out() {
    let Some(program) = program("server_conforms_to_its_document_signed_out") else {
        return;
    };
    let server = Server::start(&[]).await;
    let run = Run {
        program,
        server: &server,
        session: None,
        document: None,
        arguments: Vec::new(),
    };
    assert_conforms(&run.output().await);
}

#[tokio::test]
async fn server_conforms_to_its_document_signed_in() {
    let Some(program) = program("server_conforms_to_its_document_signed_in") else {
        return;
    };
    let server = Server::start(&[]).await;
    let session = server.sign_in("worf").await;
    let excluded = NOT_SIGNED_IN.iter();
    let run = Run {
        program,
        server: &server,
        session: Some(session.clone()),
        document: None,
        arguments: excluded.flat_map(|path| ["--exclude-path", path]).collect(),
    };
    assert_conforms(&run.output().await);
    let me = server.request("/api/auth/me").header("cookie", session);
    let me: Value = me.send().await.unwrap().json().await.unwrap();
    assert_eq!(me["handle"], "worf", "the session lasted for the whole run");
}

/// An error of a document, and the check that finds it.
struct Mistake {
    pointer: &'static str,
    value: Value,
    /// The operation that shows it.
    path: &'static str,
    found: &'static str,
}

#[tokio::test]
async fn wrong_document_is_found() {
    let Some(program) = program("wrong_document_is_found") else {
        return;
    };
    let server = Server::start(&[]).await;
    let session = server.sign_in("worf").await;
    let document: Value = server.get(DOCUMENT).await.json().await.unwrap();
    for mistake in [
        Mistake {
            pointer: "/components/schemas/Activity/properties/likes_count/type",
            value: json!("string"),
            path: "/api/activities/home",
            found: "Response violates schema",
        },
        Mistake {
            pointer: "/paths/~1api~1activities~1{uuid}/get/responses",
            value: json!({ "200": { "description": "Success" } }),
            path: "/api/activities/{uuid}",
            found: "Undocumented status code",
        },
        Mistake {
            pointer: "/components/schemas/NewActivity/properties/message/type",
            value: json!("integer"),
            path: "/api/activities",
            found: "Schema-valid request rejected",
        },
        Mistake {
            pointer: "/components/schemas/ProfileUpdate/properties/bio/maxLength",
            value: json!(5),
            path: "/api/profile",
            found: "Schema-violating request accepted",
        },
    ] {
        let mut document = document.clone();
        *document.pointer_mut(mistake.pointer).unwrap() = mistake.value;
        let run = Run {
            program: program.clone(),
            server: &server,
            session: Some(session.clone()),
            document: Some(document),
            arguments: vec!["--include-path", mistake.path],
        };
        let output = run.output().await;
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(mistake.found), "{}: {text}", mistake.found);
    }
}
