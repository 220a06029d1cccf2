//! Pagination: cursors in queries, and the `Link` to the next page.

use api_types::page::link_next;
use axum::{
    http::{HeaderName, Uri, header},
    response::AppendHeaders,
};

use crate::{Error, services::feeds::Cursor};

/// The `Link` header of a response with a next page.
pub(super) type Link = AppendHeaders<Option<(HeaderName, String)>>;

/// Parses the cursor of a query. Without one, returns that of the first page.
pub(super) fn cursor(text: Option<&str>, first: Cursor) -> Result<Cursor, Error> {
    let Some(text) = text else { return Ok(first) };
    text.parse().map_err(|_| {
        Error::BadRequest("The cursor is not valid: use the address in the Link header.".to_owned())
    })
}

/// Returns the `Link` to the page that begins at `next`, the value of this query parameter.
pub(super) fn link(uri: &Uri, parameter: &str, next: Option<&Cursor>) -> Link {
    AppendHeaders(next.map(|next| (header::LINK, link_next(&next_url(uri, parameter, next)))))
}

/// Replaces the cursor in the URL.
fn next_url(uri: &Uri, parameter: &str, next: &Cursor) -> String {
    let parameters = uri.query().unwrap_or_default().split('&');
    let is_cursor = |it: &str| it.split('=').next() == Some(parameter);
    let query: Vec<String> = parameters
        .filter(|it| !it.is_empty() && !is_cursor(it))
        .map(str::to_owned)
        .chain([format!("{parameter}={next}")])
        .collect();
    format!("{}?{}", uri.path(), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_page_has_the_same_search_term() {
        let next = Cursor {
            created_at: 12,
            uuid: "u".to_owned(),
        };
        let url = |uri: &str| next_url(&uri.parse().unwrap(), "before", &next);
        assert_eq!(url("/feed"), "/feed?before=12-u");
        assert_eq!(
            url("/feed?before=9-x&term=a%20b"),
            "/feed?term=a%20b&before=12-u"
        );
        assert_eq!(url("/feed?before"), "/feed?before=12-u");
    }
}
