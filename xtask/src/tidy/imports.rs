//! The imports between the files of a crate, as far as they are written with paths of the crate itself.
//!
//! A file imports another one if it names it, or an item of it, in a `use` declaration or in code. Modules that are
//! declared, and code of tests, are no imports.

use std::collections::{BTreeMap, BTreeSet};

use super::File;

/// Modules by their path, such as `["trace", "span"]`. The root of the crate is the empty path.
type Path = Vec<String>;

/// The files of a crate, by the path of their module, and the modules that each imports.
pub(super) struct Imports(pub(super) BTreeMap<Path, BTreeSet<Path>>);

impl Imports {
    /// Reads the sources below a folder. Files of tests are left out.
    pub(super) fn of(folder: &str) -> Self {
        let files: Vec<_> = File::all(folder, "rs")
            .into_iter()
            .filter_map(|file| Some((module(&file, folder)?, file.text)))
            .collect();
        let modules: BTreeSet<Path> = files.iter().map(|(module, _)| module.clone()).collect();
        let imports = files.iter().map(|(module, text)| {
            let mut imported = imported(module, &without_tests(text), &modules);
            imported.remove(module);
            (module.clone(), imported)
        });
        Self(imports.collect())
    }

    /// Returns the groups of modules that import each other, directly or through others.
    pub(super) fn circles(&self) -> Vec<Vec<&Path>> {
        let reachable: BTreeMap<&Path, BTreeSet<&Path>> = self
            .0
            .keys()
            .map(|module| (module, self.reachable(module)))
            .collect();
        let mut circles = BTreeSet::new();
        for (module, targets) in &reachable {
            if targets.contains(module) {
                let is_mutual =
                    |other: &&Path| targets.contains(other) && reachable[other].contains(module);
                circles.insert(self.0.keys().filter(is_mutual).collect::<Vec<_>>());
            }
        }
        circles.into_iter().collect()
    }

    fn reachable<'a>(&'a self, from: &Path) -> BTreeSet<&'a Path> {
        let mut found = BTreeSet::new();
        let mut next: Vec<&Path> = self.0[from].iter().collect();
        while let Some(module) = next.pop() {
            if found.insert(module) {
                next.extend(&self.0[module]);
            }
        }
        found
    }
}

/// Returns the path of a file's module, or `None` for a file of tests.
fn module(file: &File, folder: &str) -> Option<Path> {
    let path = file.path.strip_prefix(folder).unwrap().with_extension("");
    let mut module: Path = path
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if module.iter().any(|part| part == "tests") {
        return None;
    }
    if matches!(module.last().map(String::as_str), Some("lib" | "mod")) {
        module.pop();
    }
    Some(module)
}

/// Removes comments, and the tests at the end of a file.
fn without_tests(text: &str) -> String {
    let code: Vec<&str> = text
        .lines()
        .map(|line| line.split_once("//").map_or(line, |(code, _)| code))
        .take_while(|line| *line != "#[cfg(test)]")
        .collect();
    code.join("\n")
}

fn imported(module: &[String], text: &str, modules: &BTreeSet<Path>) -> BTreeSet<Path> {
    let mut names = BTreeMap::new();
    let mut found = BTreeSet::new();
    for path in used(text) {
        if let Some(path) = absolute(module, &path, modules) {
            found.extend(file_of(&path, modules));
            let name = path.last().cloned().unwrap_or_default();
            names.insert(name, path);
        }
    }
    for path in paths_in_code(text) {
        let path = match names.get(&path[0]) {
            Some(imported) => Some([&imported[..], &path[1..]].concat()),
            None => absolute(module, &path, modules),
        };
        found.extend(path.and_then(|path| file_of(&path, modules)));
    }
    found
}

/// Returns the module that a path leads into: the longest beginning that is one.
fn file_of(path: &[String], modules: &BTreeSet<Path>) -> Option<Path> {
    (0..=path.len())
        .rev()
        .map(|length| path[..length].to_vec())
        .find(|path| modules.contains(path))
}

/// Resolves `crate`, `self`, `super` and the names of child modules. `None` for a path into another crate.
fn absolute(module: &[String], path: &[String], modules: &BTreeSet<Path>) -> Option<Path> {
    let (first, mut rest) = path.split_first()?;
    let mut base = match first.as_str() {
        "crate" => Vec::new(),
        "self" => module.to_vec(),
        "super" => module.split_last()?.1.to_vec(),
        child => {
            let child = [module, &[child.to_owned()]].concat();
            modules.contains(&child).then_some(child)?
        }
    };
    while rest.first().is_some_and(|next| next == "super") {
        base.pop();
        rest = &rest[1..];
    }
    base.extend_from_slice(rest);
    Some(base)
}

/// Returns the paths of all `use` declarations, with those in braces spelled out.
fn used(text: &str) -> Vec<Path> {
    let mut paths = Vec::new();
    for (start, keyword) in text.match_indices("use ") {
        let is_declaration = text[..start].ends_with(['\n', ' ']) || start == 0;
        if let Some(end) = text[start..].find(';').filter(|_| is_declaration) {
            expand(
                text[start + keyword.len()..start + end].trim(),
                &[],
                &mut paths,
            );
        }
    }
    paths
}

fn expand(tree: &str, before: &[String], paths: &mut Vec<Path>) {
    let (prefix, list) = match tree.split_once('{') {
        Some((prefix, list)) => (prefix, list.strip_suffix('}')),
        None => (tree, None),
    };
    let prefix = prefix.split(" as ").next().unwrap_or_default();
    let segments = prefix
        .split("::")
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let mut path = before.to_vec();
    path.extend(segments.map(str::to_owned));
    match list {
        Some(list) => items(list).for_each(|item| expand(item.trim(), &path, paths)),
        None => {
            // `a::{self}` is `a`.
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            paths.push(path);
        }
    }
}

/// Splits a list at the commas that are not in inner braces.
fn items(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    list.split(move |character| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        character == ',' && depth == 0
    })
    .filter(|item| !item.trim().is_empty())
}

/// Returns the paths of two and more segments.
fn paths_in_code(text: &str) -> Vec<Path> {
    let is_in_path =
        |character: char| character.is_alphanumeric() || matches!(character, '_' | ':');
    text.split(|character| !is_in_path(character))
        .filter(|token| token.contains("::"))
        .map(|token| {
            let segments = token.split("::").filter(|part| !part.is_empty());
            segments.map(str::to_owned).collect::<Path>()
        })
        .filter(|path| !path.is_empty())
        .collect()
}

#[test]
fn imports_of_all_kinds_are_found() {
    let path = |text: &str| text.split("::").map(str::to_owned).collect::<Path>();
    let modules: BTreeSet<Path> = ["a", "a::b", "a::b::g", "a::c", "d", "e", "f"]
        .into_iter()
        .map(path)
        .collect();
    let text = "use crate::{d::Item, e};\nuse super::c::{self, x as y};\nfn f() { e::run(); crate::f::g(); c::z(); g::h() }\n\
        #[cfg(test)]\nmod tests { use crate::a::b; }";
    let found = imported(&path("a::b"), &without_tests(text), &modules);
    let expected: BTreeSet<Path> = ["a::b::g", "a::c", "d", "e", "f"]
        .into_iter()
        .map(path)
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn circles_contain_only_modules_that_import_each_other() {
    let imports = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "b")];
    let path = |name: &str| vec![name.to_owned()];
    let imports = imports.map(|(from, to)| (path(from), BTreeSet::from([path(to)])));
    let imports = Imports(imports.into_iter().collect());
    assert_eq!(imports.circles(), [[&path("b"), &path("c")]]);
}
