//! The sources of values besides the command line.

use std::{collections::BTreeMap, fmt};

/// Where values come from that are not on the command line.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// Returns the value of an environment variable.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The values of a configuration file by the id of their argument, such as `store.keep_hours`.
    pub file: &'a BTreeMap<String, String>,
}

static NO_FILE: BTreeMap<String, String> = BTreeMap::new();

impl<'a> Sources<'a> {
    /// Creates sources without a file.
    #[must_use]
    pub fn from_env(env: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            env,
            file: &NO_FILE,
        }
    }

    /// Returns the value of a variable. An empty or blank value counts as unset.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.trim().is_empty())
    }

    /// Returns the value from the file. An empty or blank value counts as unset.
    pub(crate) fn file_value(&self, id: &str) -> Option<String> {
        self.file
            .get(id)
            .filter(|value| !value.trim().is_empty())
            .cloned()
    }
}

/// Omits the values, which may be secrets.
impl fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").finish_non_exhaustive()
    }
}
