//! What every request may use.

use crate::{password::Passwords, store::Pool};

/// Shared by all requests; cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    pub(crate) db: Pool,
    pub(crate) passwords: Passwords,
}

impl AppState {
    #[must_use]
    pub fn new(db: Pool) -> Self {
        Self {
            db,
            passwords: Passwords::default(),
        }
    }
}
