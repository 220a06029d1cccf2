//! Pagination by `Link` header ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288)).
//!
//! A page of a feed is a bare array. The response's `Link` header has the URL of the next page, for
//! example `</api/activities/home?before=1669133745123-68f1>; rel="next"`. The last page has no
//! such header.

/// Returns the `Link` header value for a next page at `url`.
#[must_use]
pub fn link_next(url: &str) -> String {
    format!("<{url}>; rel=\"next\"")
}

/// Returns the URL of the next page from a `Link` header value.
///
/// ```
/// use api_types::page::next_from_link;
///
/// assert_eq!(next_from_link(r#"</feed?before=12-ab>; rel="next""#), Some("/feed?before=12-ab"));
/// ```
#[must_use]
pub fn next_from_link(header: &str) -> Option<&str> {
    header.split(',').find_map(|link| {
        let (url, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        parameters
            .split(';')
            .any(|parameter| is_next(parameter.trim()))
            .then_some(url)
    })
}

fn is_next(parameter: &str) -> bool {
    parameter == "rel=next" || parameter == "rel=\"next\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_page_survives_a_round_trip() {
        let url = "/api/activities/home?before=12-ab";
        assert_eq!(next_from_link(&link_next(url)), Some(url));
    }

    #[test]
    fn links_with_other_relations_are_ignored() {
        assert_eq!(
            next_from_link("</a>; rel=prev, </b>; title=x; rel=next"),
            Some("/b")
        );
        assert_eq!(next_from_link("</a>; rel=prev"), None);
        assert_eq!(next_from_link(""), None);
    }
}
