//! The viewer's files.

use std::{fs, path::Path};

use crate::support::TestGateway;

fn build(dir: &Path) {
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join("index.html"), "<title>viewer</title>").unwrap();
    fs::write(dir.join("viewer-1a2b.wasm"), "\0asm").unwrap();
}

#[tokio::test]
async fn viewer_is_served_as_soon_as_it_is_built() {
    let dir = tempfile::tempdir().unwrap();
    let dist = dir.path().join("dist");
    let gateway = TestGateway::start_with(|config| config.viewer_dir = Some(dist.clone())).await;
    let missing = gateway.get("/").await;
    assert_eq!(missing.status, 404);
    assert!(String::from_utf8_lossy(&missing.body).contains("trunk build"));

    build(&dist);
    let built = gateway.get("/").await;
    assert_eq!(
        (built.status.as_u16(), &built.body[..]),
        (200, &b"<title>viewer</title>"[..])
    );
}

#[tokio::test]
async fn viewer_pages_are_the_index_and_missing_files_are_404() {
    let dir = tempfile::tempdir().unwrap();
    build(dir.path());
    let path = dir.path().to_owned();
    let gateway = TestGateway::start_with(|config| config.viewer_dir = Some(path)).await;
    for page in [
        "/",
        "/index.html",
        "/trace/6a2b7c1e98038103d269b633813fc60c?span=1",
    ] {
        let answer = gateway.get(page).await;
        assert_eq!(&answer.body[..], b"<title>viewer</title>", "{page}");
        assert_eq!(answer.header("content-type"), "text/html");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
    let wasm = gateway.get("/viewer-1a2b.wasm").await;
    assert_eq!(wasm.header("content-type"), "application/wasm");
    assert_eq!(gateway.get("/viewer-old.wasm").await.status, 404);
    assert_eq!(gateway.get("/../Cargo.toml").await.status, 404);
}

#[tokio::test]
async fn viewer_page_has_a_relative_base() {
    let dir = tempfile::tempdir().unwrap();
    build(dir.path());
    let html = "<head><base href=\"./\"><script src=\"./viewer.js\"></script></head>";
    fs::write(dir.path().join("index.html"), html).unwrap();
    let path = dir.path().to_owned();
    let gateway = TestGateway::start_with(|config| config.viewer_dir = Some(path)).await;
    let pages = [
        ("/", "./"),
        ("/index.html", "./"),
        ("/sinks?q=/a/b", "./"),
        ("/trace/6a2b7c1e98038103d269b633813fc60c", "../"),
        ("/trace/6a2b7c1e98038103d269b633813fc60c/", "../../"),
    ];
    for (page, base) in pages {
        let answer = gateway.get(page).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(
            text.contains(&format!("<base href=\"{base}\">")),
            "{page}: {text}"
        );
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("base-uri 'self'"), "{policy}");
    }
}

/// A proxy may forward the path with the prefix of the public URL.
#[tokio::test]
async fn prefix_of_the_public_url_is_served() {
    let dir = tempfile::tempdir().unwrap();
    build(dir.path());
    let path = dir.path().to_owned();
    let gateway = TestGateway::start_with(|config| {
        config.viewer_dir = Some(path);
        config.public_url = Some("https://site.example/tools/traces/".to_owned());
    })
    .await;
    for prefix in ["", "/tools/traces"] {
        for page in [
            "/",
            "/trace/6a2b7c1e98038103d269b633813fc60c",
            "/viewer-1a2b.wasm",
            "/api/traces",
        ] {
            let answer = gateway.get(&format!("{prefix}{page}")).await;
            assert_eq!(answer.status, 200, "{prefix}{page}");
        }
    }
    // The prefix itself is the start page of the viewer.
    let html = "<head><base href=\"./\"></head>";
    fs::write(dir.path().join("index.html"), html).unwrap();
    let root = gateway.get("/tools/traces/?q=a").await;
    let text = String::from_utf8_lossy(&root.body).into_owned();
    assert!(text.contains("<base href=\"./\">"), "{text}");
    let bare = gateway.get("/tools/traces?q=a").await;
    assert_eq!(
        (bare.status.as_u16(), bare.header("location")),
        (308, "./traces/?q=a")
    );
    let list = gateway.get("/tools/traces/api/traces").await.json();
    assert!(list["traces"].is_array());
    assert_eq!(gateway.get("/tools/traces/api/nothing").await.status, 404);
}
