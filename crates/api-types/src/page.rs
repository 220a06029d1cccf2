//! Feeds are pages of a bare array; where the next one starts stands in the answer's `Link` header
//! ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288)), for example
//! `</api/activities/home?before=1669133745123-68f1>; rel="next"`. No header, no further page.

/// The header's value for a next page at this address.
#[must_use]
pub fn link_next(url: &str) -> String {
    format!("<{url}>; rel=\"next\"")
}

/// The address of the next page, read from a `Link` header.
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
    fn the_next_page_reads_back() {
        let url = "/api/activities/home?before=12-ab";
        assert_eq!(next_from_link(&link_next(url)), Some(url));
    }

    #[test]
    fn other_links_are_passed_over() {
        assert_eq!(
            next_from_link("</a>; rel=prev, </b>; title=x; rel=next"),
            Some("/b")
        );
        assert_eq!(next_from_link("</a>; rel=prev"), None);
        assert_eq!(next_from_link(""), None);
    }
}
