//! Pages: where one begins, and the `Link` to the next.

use api_types::page::link_next;
use axum::{
    http::{HeaderName, Uri, header},
    response::AppendHeaders,
};

use crate::{Error, store::cursor::Cursor};

/// The `Link` header of an answer that has a next page.
pub(super) type Link = AppendHeaders<Option<(HeaderName, String)>>;

/// The cursor of a query, or where the first page begins.
pub(super) fn cursor(text: Option<&str>, first: Cursor) -> Result<Cursor, Error> {
    let Some(text) = text else { return Ok(first) };
    text.parse().map_err(|_| {
        Error::BadRequest("Take the next page's address from the Link header.".to_owned())
    })
}

/// The `Link` to the page that begins at `next`, which this query parameter names.
pub(super) fn link(uri: &Uri, parameter: &str, next: Option<&Cursor>) -> Link {
    AppendHeaders(next.map(|next| (header::LINK, link_next(&next_address(uri, parameter, next)))))
}

/// The address of this page, with another beginning.
fn next_address(uri: &Uri, parameter: &str, next: &Cursor) -> String {
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
    fn the_next_page_keeps_the_search_term() {
        let next = Cursor {
            created_at: 12,
            uuid: "u".to_owned(),
        };
        let address = |uri: &str| next_address(&uri.parse().unwrap(), "before", &next);
        assert_eq!(address("/feed"), "/feed?before=12-u");
        assert_eq!(
            address("/feed?before=9-x&term=a%20b"),
            "/feed?term=a%20b&before=12-u"
        );
        assert_eq!(address("/feed?before"), "/feed?before=12-u");
    }
}
