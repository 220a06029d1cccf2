//! Reads secrets from the environment, or from files that it names.

use super::{ConfigError, SecretError};
use crate::secret::Secret;

/// Reads the secret of a variable, or of the file that `<variable>_FILE` names. An empty variable
/// counts as unset.
pub(super) fn read(
    variable: &str,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Secret>, ConfigError> {
    if let Some(key) = non_empty(env, variable) {
        return Ok(Some(Secret::new(key.trim())));
    }
    let name = format!("{variable}_FILE");
    let Some(path) = non_empty(env, &name) else {
        return Ok(None);
    };
    let fail = |source: SecretError| ConfigError::Secret {
        name: name.clone(),
        source,
    };
    let shown = shown_path(&path).to_owned();
    let text = std::fs::read_to_string(&path).map_err(|source| {
        let path = shown.clone();
        fail(SecretError::File { path, source })
    })?;
    match text.trim() {
        "" => Err(fail(SecretError::Empty { path: shown })),
        key => Ok(Some(Secret::new(key))),
    }
}

fn non_empty(env: &dyn Fn(&str) -> Option<String>, variable: &str) -> Option<String> {
    env(variable).filter(|value| !value.trim().is_empty())
}

/// Returns the path for an error text, or a replacement if the variable may have the key itself by
/// mistake.
fn shown_path(path: &str) -> &str {
    if path.starts_with(['/', '.']) {
        path
    } else {
        "the named file"
    }
}
