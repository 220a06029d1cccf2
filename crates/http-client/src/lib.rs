#![doc = include_str!("../README.md")]

use rustls::crypto::{CryptoProvider, ring};

/// Returns the builder of an asynchronous client.
#[expect(clippy::disallowed_methods, reason = "the provider is installed")]
pub fn builder() -> reqwest::ClientBuilder {
    install_tls_provider();
    reqwest::Client::builder()
}

/// Returns the builder of a blocking client, which must not be used within an asynchronous runtime.
#[cfg(feature = "blocking")]
#[expect(clippy::disallowed_methods, reason = "the provider is installed")]
pub fn blocking_builder() -> reqwest::blocking::ClientBuilder {
    install_tls_provider();
    reqwest::blocking::Client::builder()
}

/// Makes ring the provider of cryptography for this process, unless there is one already.
///
/// The builders call this. Call it before other code uses rustls with the provider of the process.
pub fn install_tls_provider() {
    if CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster.
        let _ = ring::default_provider().install_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_built_in_all_threads() {
        let build = || builder().build().map(drop);
        let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(build)).collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    }

    #[test]
    fn the_provider_supports_tls_1_2_and_1_3() {
        install_tls_provider();
        let provider = CryptoProvider::get_default().unwrap();
        for version in [
            rustls::ProtocolVersion::TLSv1_2,
            rustls::ProtocolVersion::TLSv1_3,
        ] {
            let mut suites = provider.cipher_suites.iter();
            assert!(suites.any(|suite| suite.version().version == version));
        }
    }
}
