//! The text of a notice file: a list of packages, then each license text once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::packages::Package;

/// How the names of files with license texts and copyright notices begin, in lower case.
const PREFIXES: [&str; 6] = [
    "license",
    "licence", // typos: ignore
    "copying",
    "copyright",
    "notice",
    "unlicense",
];

/// Renders the notices of `packages`, which are parts of `artifact`.
pub(super) fn render(artifact: &str, packages: &[Package]) -> Result<String> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        for text in license_texts(&package.folder)? {
            texts.entry(text).or_default().push(title(package));
        }
    }
    Ok(format(artifact, packages, &texts))
}

fn format(artifact: &str, packages: &[Package], texts: &BTreeMap<String, Vec<String>>) -> String {
    let mut notices = format!("{artifact} contains these packages:\n\n");
    for package in packages {
        let authors = package.authors.join(", ");
        let source = package.repository.as_deref().unwrap_or(&authors);
        // Writing to a string cannot fail.
        let _ = writeln!(
            notices,
            "{}: {} ({source})",
            title(package),
            package.license
        );
    }
    for (text, users) in texts {
        let line = "-".repeat(80);
        let _ = write!(
            notices,
            "\n{line}\n{}\n{line}\n\n{text}\n",
            users.join(", ")
        );
    }
    notices
}

fn title(package: &Package) -> String {
    format!("{} {}", package.name, package.version)
}

/// Returns the texts of a package, without trailing white space so that equal texts are equal.
fn license_texts(folder: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_file() && is_license(&path) {
            let bytes =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let text = String::from_utf8_lossy(&bytes);
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            texts.push(lines.join("\n").trim_matches('\n').to_owned());
        }
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
}

fn is_license(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    let is_source = path
        .extension()
        .is_some_and(|extension| extension == "rs" || extension == "html");
    !is_source && PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, folder: &Path) -> Package {
        let folder = folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("LICENSE-MIT"), "Permission is granted  \r\n").unwrap();
        fs::write(folder.join("lib.rs"), "").unwrap();
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: "MIT".to_owned(),
            authors: vec!["Ada".to_owned()],
            repository: None,
            folder,
        }
    }

    #[test]
    fn equal_license_texts_are_listed_once() {
        let folder = std::env::temp_dir().join(format!("xtask-licenses-{}", std::process::id()));
        let packages = ["a", "b"].map(|name| package(name, &folder));
        fs::write(folder.join("b/LICENSE-MIT"), "\nPermission is granted").unwrap();
        let notices = render("app", &packages).unwrap();
        fs::remove_dir_all(folder).unwrap();
        assert!(notices.contains("a 1.0.0: MIT (Ada)\nb 1.0.0: MIT (Ada)\n"));
        assert!(notices.contains("\na 1.0.0, b 1.0.0\n"), "{notices}");
        assert_eq!(notices.matches("Permission").count(), 1);
    }
}
