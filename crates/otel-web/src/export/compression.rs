//! Whether request bodies go out compressed.
//!
//! They do, until a receiver shows that it cannot take it. A foreign one may refuse the header in
//! its CORS preflight, which a page cannot tell from a broken network: until one request has been
//! answered, attempts without and with compression take turns.

#[derive(Clone, Copy, Debug)]
pub(super) struct Compression {
    is_on: bool,
    /// A receiver has answered, so it stays as it is.
    is_settled: bool,
    is_foreign: bool,
}

impl Compression {
    pub(super) fn new(is_wanted: bool, is_foreign: bool) -> Self {
        let is_on = is_wanted && cfg!(feature = "gzip");
        Self {
            is_on,
            is_settled: !is_on,
            is_foreign,
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.is_on
    }

    /// Learns from an answer, `None` for no answer, to a request that was compressed or not. True
    /// when the same is to be sent once more in the other way, whatever the answer said.
    pub(super) fn learn(&mut self, was_on: bool, status: Option<u16>) -> bool {
        if self.is_settled {
            return false;
        }
        let is_refusal = was_on && matches!(status, Some(400 | 415));
        match status {
            None => self.is_on = !was_on || !self.is_foreign,
            Some(_) => {
                self.is_on = was_on && !is_refusal;
                self.is_settled = true;
            }
        }
        is_refusal
    }
}

#[cfg(test)]
#[cfg(feature = "gzip")]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_receiver_is_asked_in_turns_until_it_answers() {
        let mut compression = Compression::new(true, true);
        assert!(!compression.learn(true, None));
        assert!(!compression.is_on());
        assert!(!compression.learn(false, None));
        assert!(compression.is_on());
        compression.learn(true, None);
        compression.learn(false, Some(200));
        compression.learn(false, None);
        assert!(!compression.is_on());
    }

    #[test]
    fn the_own_server_gets_gzip_also_after_an_outage() {
        let mut compression = Compression::new(true, false);
        compression.learn(true, None);
        assert!(compression.is_on());
    }

    #[test]
    fn whoever_refuses_gzip_gets_the_same_without_once() {
        let mut compression = Compression::new(true, false);
        assert!(compression.learn(true, Some(415)));
        assert!(!compression.is_on());
        assert!(!compression.learn(false, Some(415)));
    }

    #[test]
    fn what_was_taken_compressed_is_not_sent_again_without() {
        let mut compression = Compression::new(true, true);
        compression.learn(true, Some(200));
        assert!(!compression.learn(true, Some(400)));
        compression.learn(true, None);
        assert!(compression.is_on());
    }

    #[test]
    fn compression_can_be_left_out() {
        let mut compression = Compression::new(false, true);
        compression.learn(false, None);
        assert!(!compression.is_on());
    }
}
