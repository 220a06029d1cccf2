//! What must not leave the page inside of a URL.
//!
//! The list is that of the semantic conventions for `url.full` (signatures of the cloud providers),
//! and the names that secrets usually have.

const SECRET_PARAMETERS: [&str; 16] = [
    "AWSAccessKeyId",
    "Signature",
    "sig",
    "X-Goog-Signature",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "access_token",
    "api_key",
    "apikey",
    "auth",
    "code",
    "key",
    "password",
    "secret",
    "token",
];
const REDACTED: &str = "REDACTED";

/// A URL without user name and password, and with the values of secret parameters replaced.
pub(crate) fn url(url: &str) -> String {
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, Some(query)),
        None => (url, None),
    };
    let mut redacted = without_userinfo(base);
    if let Some(query) = query {
        redacted.push('?');
        redacted.push_str(&redacted_query(query));
    }
    redacted
}

fn without_userinfo(base: &str) -> String {
    let Some((scheme, rest)) = base.split_once(':') else {
        return base.to_owned();
    };
    let authority = rest
        .strip_prefix("//")
        .and_then(|rest| rest.split('/').next());
    let userinfo = authority.and_then(|authority| Some(authority.rsplit_once('@')?.0));
    match userinfo.and_then(|userinfo| rest.strip_prefix("//")?.strip_prefix(userinfo)) {
        Some(from_at) => [scheme, "://", REDACTED, ":", REDACTED, from_at].concat(),
        None => base.to_owned(),
    }
}

fn redacted_query(query: &str) -> String {
    let parameters: Vec<_> = query.split('&').map(redacted_parameter).collect();
    parameters.join("&")
}

fn redacted_parameter(parameter: &str) -> String {
    match parameter.split_once('=') {
        Some((name, _)) if is_secret(name) => [name, "=", REDACTED].concat(),
        _ => parameter.to_owned(),
    }
}

fn is_secret(name: &str) -> bool {
    SECRET_PARAMETERS
        .iter()
        .any(|secret| secret.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn secrets_are_replaced_and_the_rest_stays() {
        let cases = [
            (
                "https://a.example/b?c=d&token=x&e",
                "https://a.example/b?c=d&token=REDACTED&e",
            ),
            (
                "https://me:pw@a.example/b",
                "https://REDACTED:REDACTED@a.example/b",
            ),
            (
                "https://a.example/x@y?X-Amz-Signature=1",
                "https://a.example/x@y?X-Amz-Signature=REDACTED",
            ),
            ("/relative?sig=1", "/relative?sig=REDACTED"),
            ("https://a.example", "https://a.example"),
        ];
        for (given, expected) in cases {
            assert_eq!(url(given), expected);
        }
    }
}
