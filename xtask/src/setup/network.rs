//! Advice for failed downloads.

use crate::variables;

/// Returns a sentence without a final period.
pub(super) fn advice() -> String {
    advice_for(&variables::proxies())
}

fn advice_for(proxies: &[String]) -> String {
    if proxies.is_empty() {
        "Check the network connection, or set HTTPS_PROXY if the network requires a proxy"
            .to_owned()
    } else {
        format!(
            "Check the network connection and the proxy ({})",
            proxies.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_the_configured_proxy() {
        assert!(advice_for(&[]).contains("set HTTPS_PROXY"));
        let proxies = ["https_proxy=http://127.0.0.1:9".to_owned()];
        assert!(advice_for(&proxies).ends_with("(https_proxy=http://127.0.0.1:9)"));
    }
}
