//! Function names in the stack traces of optimized pages.

use std::{fs, io::Write as _, path::Path, process::Stdio};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use otel_web_gateway::{Rollbar, Secret};

use crate::support::{
    FakeRollbar, TOKEN, TestGateway, command, exception_at, request, span, text, trace_id,
};

const BUILD: &str = "3f2a9c1b44d0e8f7";

/// One function, which has the name `shop::buy!`, and two bytes of code at 0x17.
const MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b\
    \0\x14\x04name\x01\x0d\x01\0\x0ashop::buy!";

/// Writes the symbols of two functions. The code of function 3 is at 0x10 to 0x1f.
fn write_symbols(folder: &Path) {
    let body = format!(
        "otel-web symbols 1\nbuild {BUILD}\nfunctions 2\n3 10 20 shop::buy\n4 20 30 shop::pay::<(u8, é)>\n"
    );
    let sum = crc32fast::hash(body.as_bytes());
    let path = folder.join(format!("{BUILD}.symbols"));
    fs::write(path, format!("{body}crc32 {sum:08x}\n")).unwrap();
}

/// Returns a request of a page of this build.
fn exported(trace: u8, stack: &str) -> ExportTraceServiceRequest {
    let failed = exception_at(span(trace, 1, "order"), "sold out", stack);
    let mut request = request("page", vec![failed]);
    let resource = request.resource_spans[0].resource.as_mut().unwrap();
    resource.attributes.push(text("app.build_id", BUILD));
    request
}

async fn stack(gateway: &TestGateway, trace: u8) -> String {
    let spans = gateway.spans(&trace_id(trace)).await;
    let stack = spans[0].events[0].attributes.text("exception.stacktrace");
    stack.unwrap().to_owned()
}

#[tokio::test]
async fn stack_traces_of_all_browsers_have_function_names() {
    let fake = FakeRollbar::start([]).await;
    let symbols = tempfile::tempdir().unwrap();
    write_symbols(symbols.path());
    let gateway = TestGateway::start_with(|config| {
        let mut rollbar = Rollbar::new(Secret::new(TOKEN));
        fake.url.clone_into(&mut rollbar.endpoint);
        config.rollbar = Some(rollbar);
        config.symbols_dir = Some(symbols.path().to_owned());
    })
    .await;
    let chromium = format!(
        "Error: out\n    at {BUILD} (http://a/a.wasm:wasm-function[3]:0x12)\n    at {BUILD} (http://a/a.wasm:wasm-function[4]:0x22)"
    );
    let firefox = "wasm-function[3]@http://a/a.wasm:wasm-function[3]:0x12\n@http://a/a.wasm:wasm-function[4]:0x22";
    let safari =
        format!("{BUILD}.wasm-function[3]@[wasm code]\n{BUILD}.wasm-function[4]@[wasm code]");
    let stacks = [&*chromium, firefox, &*safari];
    for (trace, stack) in (1..).zip(stacks) {
        gateway.export(exported(trace, stack)).await;
    }
    let expected = [
        "Error: out\n    at shop::buy (http://a/a.wasm:wasm-function[3]:0x12)\n    at shop::pay::<(u8, é)> (http://a/a.wasm:wasm-function[4]:0x22)",
        "shop::buy@http://a/a.wasm:wasm-function[3]:0x12\nshop::pay::<(u8, é)>@http://a/a.wasm:wasm-function[4]:0x22",
        "shop::buy@[wasm code]\nshop::pay::<(u8, é)>@[wasm code]",
    ];
    for (trace, expected) in (1..).zip(expected) {
        assert_eq!(stack(&gateway, trace).await, expected);
    }
    crate::sinks::done(&gateway, "rollbar").await;
    let items = fake.items();
    assert_eq!(items.len(), 3);
    for item in items {
        let frames = item["body"]["trace"]["frames"].as_array().unwrap();
        let methods: Vec<_> = frames.iter().map(|frame| &frame["method"]).collect();
        assert_eq!(methods, ["shop::pay::<(u8, é)>", "shop::buy"]);
    }
}

#[tokio::test]
async fn names_appear_when_the_file_is_added_and_are_not_stored() {
    let symbols = tempfile::tempdir().unwrap();
    let folder = symbols.path().to_owned();
    let gateway = TestGateway::start_with(|config| config.symbols_dir = Some(folder)).await;
    let unnamed = format!("    at {BUILD} (http://a/a.wasm:wasm-function[3]:0x12)");
    gateway.export(exported(1, &unnamed)).await;
    let path = format!("/api/traces/{}", trace_id(1));
    let first = gateway.get(&path).await;
    assert_eq!(stack(&gateway, 1).await, unnamed);
    let known = first.headers[header::ETAG].clone();
    let again = || {
        let request = Request::get(&path).header(header::IF_NONE_MATCH, known.clone());
        gateway.send(request.body(Body::empty()).unwrap())
    };
    assert_eq!(again().await.status, StatusCode::NOT_MODIFIED);
    write_symbols(symbols.path());
    assert_eq!(again().await.status, StatusCode::OK);
    let named = "    at shop::buy (http://a/a.wasm:wasm-function[3]:0x12)";
    assert_eq!(stack(&gateway, 1).await, named);
    let gateway = gateway
        .restart_with(|config| config.symbols_dir = None)
        .await;
    assert_eq!(stack(&gateway, 1).await, unnamed);
}

#[tokio::test]
async fn symbol_files_are_not_served() {
    let symbols = tempfile::tempdir().unwrap();
    write_symbols(symbols.path());
    let folder = symbols.path().to_owned();
    let gateway = TestGateway::start_with(|config| config.symbols_dir = Some(folder)).await;
    for path in [
        format!("/{BUILD}.symbols"),
        format!("/symbols/{BUILD}.symbols"),
        format!("/api/symbols/{BUILD}.symbols"),
    ] {
        let answer = gateway.get(&path).await;
        assert!(
            !String::from_utf8_lossy(&answer.body).contains("shop"),
            "{path}"
        );
    }
}

#[test]
fn commands_take_names_out_and_put_them_into_a_stack_trace() {
    let dir = tempfile::tempdir().unwrap();
    let (module, out) = (dir.path().join("shop_bg.wasm"), dir.path().join("symbols"));
    fs::write(&module, MODULE).unwrap();
    let separate = || {
        let mut command = command(&dir);
        command.arg("symbols").arg(&module).arg("--out").arg(&out);
        command.output().unwrap()
    };
    let output = separate();
    assert!(output.status.success(), "{output:?}");
    let path = String::from_utf8(output.stdout).unwrap();
    let path = Path::new(path.trim());
    let build = path.file_stem().unwrap().to_str().unwrap();
    let bytes = fs::read(&module).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains(build) && !text.contains("shop"), "{text}");
    let output = separate();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && error.contains(build), "{error}");

    let resolve = |stack: &str| {
        let mut command = command(&dir);
        command.arg("symbolicate").arg(path);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(stack.as_bytes()).unwrap();
        drop(input);
        child.wait_with_output().unwrap()
    };
    let output = resolve(&format!(
        "panicked\n    at {build} (a.wasm:wasm-function[0]:0x17)\n"
    ));
    let named = "panicked\n    at shop::buy! (a.wasm:wasm-function[0]:0x17)\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), named, "{output:?}");
    for (stack, expected) in [
        (
            format!("    at {BUILD} (a.wasm:wasm-function[0]:0x17)"),
            BUILD,
        ),
        (
            "    at a.wasm:wasm-function[0]:0x99".to_owned(),
            "not of the module",
        ),
        ("    at f (a.js:1:2)".to_owned(), "no calls"),
        (String::new(), "no calls"),
    ] {
        let output = resolve(&stack);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{stack}");
        assert!(
            error.contains(expected) && output.stdout.is_empty(),
            "{error}"
        );
    }
}
