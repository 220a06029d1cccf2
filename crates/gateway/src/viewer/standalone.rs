//! A page that shows one trace and needs no gateway and no network: the built viewer and the trace in one
//! HTML file, which a browser opens from a disk.
//!
//! It is the viewer itself, not a picture of it, so the waterfall, the critical path, the flame graph, the
//! search and the details work as they do here, and one program has to be right instead of two. The
//! WebAssembly is compressed and in base64, because a page from a disk can load no other file. The policy of
//! the page allows no connection at all, and only its own script.

use std::io::{self, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};

use super::{Files, INDEX};
use crate::headers::source_hash;

/// The element with the trace, for the viewer.
const TRACE_ID: &str = "standalone-trace";

/// Makes pages with one trace.
#[derive(Clone, Debug)]
pub(crate) struct StandalonePages(Files);

impl StandalonePages {
    pub(super) const fn new(files: Files) -> Self {
        Self(files)
    }

    /// Returns the page of a trace, given as OTLP JSON. Reads files.
    ///
    /// # Errors
    /// If the viewer is not built, or is not as Trunk builds it.
    pub(crate) fn page(&self, name: &str, trace: &str) -> io::Result<String> {
        let index = self.text(INDEX).map_err(|error| {
            let text = format!("the viewer is not built ({error}): run cargo xtask package");
            io::Error::new(error.kind(), text)
        })?;
        let mut styles = String::new();
        for file in names(&index, ".css") {
            styles.push_str(&self.text(file)?);
        }
        let wasm = self.0.read(one(&index, ".wasm")?)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&wasm)?;
        let wasm = STANDARD.encode(gzip.finish()?);
        let script = script(&self.text(one(&index, ".js")?)?)?;
        let hash = source_hash(&script);
        let title = escape(name);
        // In JSON, `<` occurs only in texts.
        let trace = trace.replace('<', "\\u003c");
        Ok(format!(
            "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src{hash} 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">
<meta name=\"color-scheme\" content=\"dark light\">
<title>{title}</title>
<style>{styles}</style>
</head>
<body>
<p>The trace is loading…</p>
<noscript>This page needs JavaScript and WebAssembly. Allow JavaScript on it.</noscript>
<script type=\"application/json\" id=\"{TRACE_ID}\">{trace}</script>
<script type=\"text/plain\" id=\"standalone-viewer\">{wasm}</script>
<script type=\"module\">{script}</script>
</body>
</html>
"
        ))
    }

    fn text(&self, name: &str) -> io::Result<String> {
        String::from_utf8(self.0.read(name)?).map_err(io::Error::other)
    }
}

/// Returns the program: what wasm-bindgen generated, and the start with the module inside the page.
fn script(generated: &str) -> io::Result<String> {
    let init = generated
        .rsplit_once(" as default")
        .and_then(|(before, _)| {
            let name = before.rsplit([' ', '{', ',']).next()?;
            (!name.is_empty()).then_some(name)
        });
    let init = init.ok_or_else(|| unexpected("its script exports no function to start it"))?;
    if generated.contains("</script") || generated.lines().any(|line| line.starts_with("import ")) {
        return Err(unexpected("its script needs other files"));
    }
    Ok(format!(
        "{generated}
const encoded = document.getElementById('standalone-viewer').textContent;
const bytes = Uint8Array.from(atob(encoded), char => char.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
await {init}({{ module_or_path: await new Response(stream).arrayBuffer() }});
"
    ))
}

/// Returns the only file with this suffix that the page names.
fn one<'a>(html: &'a str, suffix: &str) -> io::Result<&'a str> {
    let found = names(html, suffix);
    match &*found {
        [name] => Ok(name),
        _ => Err(unexpected(
            "its page names other files than one script and one module",
        )),
    }
}

/// Returns the names of files in quotes, each once. All files are in one folder. Trunk also names snippets that an
/// earlier build of another page has left; if the script needs one, [`script`] fails.
fn names<'a>(html: &'a str, suffix: &str) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    let quoted = html.split(['"', '\'']);
    for quoted in quoted.filter(|quoted| !quoted.contains("snippets/")) {
        let name = quoted.rsplit('/').next().unwrap_or_default();
        let is_name = name.ends_with(suffix) && !name.contains(char::is_whitespace);
        if is_name && name.len() > suffix.len() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn unexpected(reason: &str) -> io::Error {
    io::Error::other(format!("the built viewer is not as expected: {reason}"))
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::viewer::embedded::{EmbeddedFiles, tests::compressed};

    const PAGE: &str = "<link rel=\"stylesheet\" href=\"./a-1.css\" integrity=\"x\"/><link rel=\"stylesheet\" href=\"./b-1.css\"/>
        <link rel=\"modulepreload\" href=\"./viewer-1.js\"><link rel=\"modulepreload\" href=\"./snippets/a/left.js\"><script type=\"module\">import init from './viewer-1.js';
        await init({ module_or_path: './viewer-1_bg.wasm' });</script>";

    fn pages(script: &'static str) -> StandalonePages {
        StandalonePages::new(Files::Embedded(EmbeddedFiles::of(compressed(&[
            (INDEX, PAGE),
            ("a-1.css", "a{}"),
            ("b-1.css", "b{}"),
            ("viewer-1.js", script),
            ("viewer-1_bg.wasm", "\0asm"),
        ]))))
    }

    #[test]
    fn page_has_everything_inside_and_allows_no_connection() {
        let pages = pages("function start() {}\nexport { initSync, start as default };\n");
        let page = pages.page("a <b>", r#"{"name":"</script><b>"}"#).unwrap();
        assert!(page.contains("<title>a &lt;b&gt;</title>"));
        assert!(page.contains("<style>a{}b{}</style>"));
        assert!(
            page.contains(r#"{"name":"\u003c/script>\u003cb>"}"#),
            "{page}"
        );
        assert!(page.contains("await start({"));
        assert!(page.contains("default-src 'none'; script-src 'sha256-"));
        assert!(!page.contains("src=") && !page.contains("href="));
        assert_eq!(page.matches("</script>").count(), 3);
    }

    #[test]
    fn viewer_that_is_missing_or_needs_other_files_is_an_error() {
        let importing = "import { a } from './snippets/a.js';\nexport { start as default };";
        for (pages, reason) in [
            (pages(importing), "other files"),
            (pages("let a = 1;"), "no function"),
            (
                StandalonePages::new(Files::Embedded(EmbeddedFiles::of(Vec::new()))),
                "not built",
            ),
        ] {
            let error = pages.page("", "{}").unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
