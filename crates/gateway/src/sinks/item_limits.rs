//! Size limits of what is sent to receivers that limit an item. Stricter limits are tried until the
//! item fits.

/// The limits of one attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct ItemLimits {
    /// The length limit of each text, in characters.
    pub(super) chars: usize,
    /// The number of exceptions of the span, or of one chain.
    pub(super) exceptions: usize,
    /// The number of stack frames of each exception.
    pub(super) frames: usize,
}

impl ItemLimits {
    pub(super) const fn new(chars: usize, exceptions: usize, frames: usize) -> Self {
        Self {
            chars,
            exceptions,
            frames,
        }
    }

    pub(super) fn truncate(self, text: &str) -> String {
        self.truncate_to(text, usize::MAX)
    }

    /// Truncates to the limit or to `chars`, where the receiver has a limit of its own.
    pub(super) fn truncate_to(self, text: &str, chars: usize) -> String {
        text.chars().take(self.chars.min(chars)).collect()
    }
}
