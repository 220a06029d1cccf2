//! The decision whether request bodies are compressed.
//!
//! Requests to the page's own origin are compressed until the receiver rejects a compressed one. A
//! receiver on another origin may refuse `Content-Encoding` in its CORS preflight. A page cannot
//! distinguish that from a network failure, and would lose what it sends while it is being left. So
//! for other origins, compression must be enabled by the application.

#[derive(Clone, Copy, Debug)]
pub(super) struct Compression {
    is_on: bool,
    /// A receiver has responded, so the decision is final.
    is_final: bool,
}

impl Compression {
    /// `requested` is the application's setting, if there is one.
    pub(super) fn new(requested: Option<bool>, is_cross_origin: bool) -> Self {
        let is_on = requested.unwrap_or(!is_cross_origin) && cfg!(feature = "gzip");
        Self {
            is_on,
            is_final: !is_on,
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.is_on
    }

    /// Records the status of a response, or `None` if there was none. Returns whether to send the
    /// same batch again without compression.
    pub(super) fn record_status(&mut self, was_compressed: bool, status: Option<u16>) -> bool {
        if self.is_final || status.is_none() {
            return false;
        }
        let is_refusal = was_compressed && matches!(status, Some(400 | 415));
        self.is_on = was_compressed && !is_refusal;
        self.is_final = true;
        is_refusal
    }
}

#[cfg(test)]
#[cfg(feature = "gzip")]
mod tests {
    use super::*;

    #[test]
    fn cross_origin_receiver_gets_gzip_on_request_only() {
        assert!(!Compression::new(None, true).is_on());
        assert!(Compression::new(Some(true), true).is_on());
    }

    #[test]
    fn compression_stays_on_without_a_response() {
        let mut compression = Compression::new(None, false);
        compression.record_status(true, None);
        assert!(compression.is_on());
    }

    #[test]
    fn refused_batch_is_sent_once_more_without_compression() {
        let mut compression = Compression::new(None, false);
        assert!(compression.record_status(true, Some(415)));
        assert!(!compression.is_on());
        assert!(!compression.record_status(false, Some(415)));
    }

    #[test]
    fn refusal_after_an_accepted_batch_does_not_disable_compression() {
        let mut compression = Compression::new(Some(true), true);
        compression.record_status(true, Some(200));
        assert!(!compression.record_status(true, Some(400)));
        assert!(compression.is_on());
    }

    #[test]
    fn compression_can_be_disabled() {
        let mut compression = Compression::new(Some(false), false);
        compression.record_status(false, Some(200));
        assert!(!compression.is_on());
    }
}
