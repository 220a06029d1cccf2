//! Finds a setting's value: the environment's, else the file's.

use std::{collections::BTreeMap, fmt::Display, ops::RangeInclusive};

use super::{
    ConfigError,
    settings::{self, SECRETS},
};
use crate::secret::Secret;

/// The two places that values come from. An empty value counts as absent.
pub(super) struct Lookup<E> {
    env: E,
    file: BTreeMap<String, String>,
}

impl<E: Fn(&str) -> Option<String>> Lookup<E> {
    pub(super) const fn new(env: E) -> Self {
        Self::with_file(env, BTreeMap::new())
    }

    /// `file` holds texts by `table.key`.
    pub(super) const fn with_file(env: E, file: BTreeMap<String, String>) -> Self {
        Self { env, file }
    }

    /// The setting with this place in the file.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let setting = settings::find(key)?;
        let file = || self.file.get(key).cloned();
        self.env(setting.env)
            .or_else(file)
            .filter(|value| !value.trim().is_empty())
    }

    /// Items between commas.
    pub(super) fn list(&self, key: &str) -> Option<Vec<String>> {
        let text = self.text(key)?;
        let items = text.split(',').map(str::trim);
        Some(
            items
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    /// A whole number in a range that makes sense for the setting and that `T` can hold.
    pub(super) fn number<T: TryFrom<u64>>(
        &self,
        key: &str,
        range: RangeInclusive<u64>,
    ) -> Result<Option<T>, ConfigError> {
        let parse = |value: String| {
            let number = value.trim().parse().ok();
            let number = number.filter(|number| range.contains(number));
            let number = number.and_then(|number| T::try_from(number).ok());
            let (least, most) = (range.start(), range.end());
            let expected = format!("a whole number from {least} to {most}");
            number.ok_or_else(|| self.refused(key, &value, expected))
        };
        self.text(key).map(parse).transpose()
    }

    /// This value of the setting cannot be used, but what `expected` says can.
    pub(super) fn refused(&self, key: &str, value: &str, expected: impl Display) -> ConfigError {
        ConfigError::Value {
            name: self.name(key),
            value: value.to_owned(),
            expected: expected.to_string(),
        }
    }

    /// What the person wrote: the variable's name, or the key in the file.
    fn name(&self, key: &str) -> String {
        let variable = settings::find(key).map_or(key, |setting| setting.env);
        match self.env(variable) {
            Some(_) => variable.to_owned(),
            None => key.to_owned(),
        }
    }

    /// A vendor's key: in the variable, or in the file that `<variable>_FILE` names.
    pub(super) fn secret(&self, variable: &str) -> Result<Option<Secret>, ConfigError> {
        debug_assert!(SECRETS.iter().any(|(name, _)| *name == variable));
        if let Some(key) = self.env(variable) {
            return Ok(Some(Secret::new(key.trim())));
        }
        let name = format!("{variable}_FILE");
        let Some(path) = self.env(&name) else {
            return Ok(None);
        };
        let fail = |reason: String| ConfigError::Secret {
            name: name.clone(),
            reason,
        };
        let shown = shown_path(&path);
        let text =
            std::fs::read_to_string(&path).map_err(|error| fail(format!("{shown}: {error}")))?;
        match text.trim() {
            "" => Err(fail(format!("{shown} is empty"))),
            key => Ok(Some(Secret::new(key))),
        }
    }

    fn env(&self, variable: &str) -> Option<String> {
        (self.env)(variable).filter(|value| !value.trim().is_empty())
    }
}

/// Somebody may have written the key where the path of its file belongs.
fn shown_path(path: &str) -> &str {
    if path.starts_with(['/', '.']) {
        path
    } else {
        "the file with that name"
    }
}
