//! The `Content-Security-Policy` of the page.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use url::Url;

/// The tag by which the page names the receiver of its spans.
const ENDPOINT_TAG: &str = r#"<meta name="otel-endpoint""#;

/// Returns the policy for a page with this document.
///
/// The page may run its own scripts, WebAssembly, and the inline scripts of the document. It may
/// connect to its own origin, and to the receiver of spans that the document names.
pub(super) fn of(html: &str) -> String {
    let scripts = hashes(html, "script");
    let styles = hashes(html, "style");
    let receiver = receiver_origin(html)
        .map(|origin| format!(" {origin}"))
        .unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; \
         style-src 'self'{styles}; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'{receiver}; manifest-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

fn hashes(html: &str, element: &str) -> String {
    inline(html, element)
        .map(|text| source_hash(&text))
        .collect()
}

/// Returns the contents of elements without a `src`, with the line breaks that browsers normalize.
fn inline(html: &str, element: &str) -> impl Iterator<Item = String> {
    let (start, end) = (format!("<{element}"), format!("</{element}"));
    let mut elements = html.split(start.as_str());
    // The text before the first element.
    elements.next();
    let contents = elements.filter_map(|rest| {
        // `<scripted>` is another element.
        let is_element = rest.starts_with(|it: char| it == '>' || it.is_ascii_whitespace());
        let (attributes, rest) = rest.split_once('>').filter(|_| is_element)?;
        let (content, _) = rest.split_once(end.as_str())?;
        (!attributes.contains("src=")).then(|| content.replace("\r\n", "\n").replace('\r', "\n"))
    });
    contents.collect::<Vec<_>>().into_iter()
}

fn source_hash(text: &str) -> String {
    format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// Returns the origin of the receiver of spans, if it is not the page's own.
fn receiver_origin(html: &str) -> Option<String> {
    let (_, tag) = html.split_once(ENDPOINT_TAG)?;
    let (tag, _) = tag.split_once('>')?;
    let (_, content) = tag.split_once("content=\"")?;
    let (endpoint, _) = content.split_once('"')?;
    let origin = Url::parse(endpoint).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
    const ALERT: &str = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";

    #[test]
    fn inline_scripts_and_styles_are_allowed_by_their_hashes() {
        let html = "<head><script src=\"/a.js\"></script><style>alert(1)</style></head>\
                    <body><script type=\"module\">alert(1)</script></body>";
        let policy = of(html);
        let scripts = format!("script-src 'self' 'wasm-unsafe-eval' {ALERT};");
        assert!(policy.contains(&scripts), "{policy}");
        assert!(
            policy.contains(&format!("style-src 'self' {ALERT};")),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline"), "{policy}");
    }

    #[test]
    fn hash_is_of_the_text_as_browsers_read_it() {
        let lines = |html| inline(html, "script").collect::<Vec<_>>();
        assert_eq!(lines("<script>a\r\nb</script>"), ["a\nb"]);
        assert_eq!(lines("<script\n type=\"module\">a</script>"), ["a"]);
        assert_eq!(lines("<scripted>a</scripted>"), [""; 0]);
    }

    #[test]
    fn receiver_of_another_origin_may_be_connected_to() {
        let tag =
            |endpoint: &str| format!("<meta name=\"otel-endpoint\" content=\"{endpoint}\" />");
        let policy = of(&tag("https://api.honeycomb.io/"));
        assert!(
            policy.contains("connect-src 'self' https://api.honeycomb.io;"),
            "{policy}"
        );
        for own in ["/otlp", "", "data:text/plain,a"] {
            assert!(of(&tag(own)).contains("connect-src 'self';"), "{own}");
        }
    }
}
