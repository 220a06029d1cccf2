//! The module `testing` in a browser.

use otel_web::action;
use otel_web::fetch::Request;
use otel_web::testing::{Recorder, expect};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{clickable, install};

#[wasm_bindgen_test]
async fn recorded_action_is_compared_with_the_expectation() {
    install();
    let recorder = Recorder::install();
    let button = clickable("<button>Like</button>", |_| {
        action("crud.like").start().run(async {
            let request = Request::put("/api/cruds/7/like").url_template("/api/cruds/{id}/like");
            request.send().await.unwrap();
            let list = Request::get("/api/cruds?status=500").url_template("/api/cruds");
            list.send().await.unwrap();
        });
    });
    button.click();
    let trace = recorder.trace("crud.like").await;
    let like = expect::client("PUT").attribute("url.template", "/api/cruds/{id}/like");
    let list = expect::client("GET").attribute("http.response.status_code", 500);
    let expected = expect::action("crud.like")
        .attribute("app.action.outcome", "completed")
        .attribute("app.widget.name", "Like")
        .child(like)
        .child(list.fails())
        .only();
    trace.assert(&expected);
    let report = expect::action("crud.like").only().check(&trace);
    assert!(
        report
            .unwrap_err()
            .contains("unexpected child GET /api/cruds")
    );
}
