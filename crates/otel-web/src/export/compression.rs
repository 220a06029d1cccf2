//! Whether request bodies go out compressed.
//!
//! To the page's own server they do, until it shows that it cannot take it. A foreign receiver may
//! refuse the header in its CORS preflight, which a page cannot tell from a broken network, and which
//! costs what was to leave with the page: there, only when the application says that it is taken.

#[derive(Clone, Copy, Debug)]
pub(super) struct Compression {
    is_on: bool,
    /// A receiver has answered, so it stays as it is.
    is_settled: bool,
}

impl Compression {
    /// `wish` is what the application says, if it does.
    pub(super) fn new(wish: Option<bool>, is_foreign: bool) -> Self {
        let is_on = wish.unwrap_or(!is_foreign) && cfg!(feature = "gzip");
        Self {
            is_on,
            is_settled: !is_on,
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.is_on
    }

    /// Learns from an answer, `None` for no answer, to a request that was compressed or not. True
    /// when the same is to be sent once more in the other way, whatever the answer said.
    pub(super) fn learn(&mut self, was_on: bool, status: Option<u16>) -> bool {
        if self.is_settled || status.is_none() {
            return false;
        }
        let is_refusal = was_on && matches!(status, Some(400 | 415));
        self.is_on = was_on && !is_refusal;
        self.is_settled = true;
        is_refusal
    }
}

#[cfg(test)]
#[cfg(feature = "gzip")]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_receiver_gets_gzip_when_the_application_says_so() {
        assert!(!Compression::new(None, true).is_on());
        assert!(Compression::new(Some(true), true).is_on());
    }

    #[test]
    fn the_own_server_gets_gzip_also_after_an_outage() {
        let mut compression = Compression::new(None, false);
        compression.learn(true, None);
        assert!(compression.is_on());
    }

    #[test]
    fn whoever_refuses_gzip_gets_the_same_without_once() {
        let mut compression = Compression::new(None, false);
        assert!(compression.learn(true, Some(415)));
        assert!(!compression.is_on());
        assert!(!compression.learn(false, Some(415)));
    }

    #[test]
    fn what_was_taken_compressed_is_not_sent_again_without() {
        let mut compression = Compression::new(Some(true), true);
        compression.learn(true, Some(200));
        assert!(!compression.learn(true, Some(400)));
        assert!(compression.is_on());
    }

    #[test]
    fn compression_can_be_left_out() {
        let mut compression = Compression::new(Some(false), false);
        compression.learn(false, Some(200));
        assert!(!compression.is_on());
    }
}
