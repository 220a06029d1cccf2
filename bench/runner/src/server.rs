//! One origin: serves a folder of files, and the collector below `/v1/…` and `/otlp/…`.
//!
//! A page's own server and a collector on another origin are two of these with one [`Collector`].

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{self, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::collector::{self, Collector};

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    origin: String,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts it on a free port of the loopback interface.
    pub async fn start(folder: PathBuf, collector: &Arc<Collector>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("no free port")?;
        let origin = format!("http://{}", listener.local_addr()?);
        let receive = any(collector::receive).with_state(Arc::clone(collector));
        let app = Router::new()
            .route("/v1/{*signal}", receive.clone())
            .route("/otlp/{*path}", receive)
            .route("/second/{*path}", get(second))
            .fallback(file)
            .with_state(Arc::new(folder));
        let task = tokio::spawn(async move {
            // Dropping the server aborts this task.
            drop(axum::serve(listener, app).await);
        });
        Ok(Self { origin, task })
    }

    /// Returns its origin, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves each file at a second URL, since a browser loads the modules of a URL once.
async fn second(folder: State<Arc<PathBuf>>, path: extract::Path<String>) -> Response {
    read(&folder, &path).await
}

async fn file(folder: State<Arc<PathBuf>>, uri: Uri) -> Response {
    read(&folder, uri.path()).await
}

/// Returns the file of a URL's path in a folder.
pub async fn read(folder: &Path, path: &str) -> Response {
    let Some(path) = path_below(folder, path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match tokio::fs::read(&path).await {
        Ok(content) => {
            let headers = [
                (header::CONTENT_TYPE, content_type(&path)),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, content).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn path_below(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path.trim_start_matches('/'));
    let is_below = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let path = folder.join(path);
    let path = if path.is_dir() {
        path.join("index.html")
    } else {
        path
    };
    is_below.then_some(path)
}

/// Browsers require the right type for JavaScript modules and `WebAssembly.instantiateStreaming`.
fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_outside_the_folder_are_not_found() {
        let folder = Path::new("pages");
        assert_eq!(path_below(folder, "/../secret"), None);
        assert_eq!(path_below(folder, "/a/../../secret"), None);
        let inside = path_below(folder, "/otel-js/bundle.js");
        assert_eq!(inside, Some(PathBuf::from("pages/otel-js/bundle.js")));
    }
}
