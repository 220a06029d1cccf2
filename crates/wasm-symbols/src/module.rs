//! Takes the names out of a module.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_demangle::try_demangle;
use wasmparser::{
    BinaryReader, BinaryReaderError, KnownCustom, Name, NameSectionReader, Parser, Payload, TypeRef,
};

use crate::build_id::BuildId;
use crate::symbols::{Function, Symbols};

/// Where otel-web reads the build id of its module. [`separate`] replaces the question marks.
const PLACEHOLDER: &[u8] = b"otel-web build id: ????????????????";

const HEADER_BYTES: usize = 8;
const CUSTOM: u8 = 0;
const NAME: &str = "name";
/// The part of the name section with the module's name.
const MODULE_NAME: u8 = 0;

/// A module without the names of its functions, and the names.
#[derive(Clone, Debug)]
pub struct Separated {
    /// The bytes of the module, marked with its build id.
    pub module: Vec<u8>,
    /// The names.
    pub symbols: Symbols,
}

/// The names cannot be taken out of a module.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModuleError {
    /// The module is malformed, or of a kind that browsers do not load.
    #[error("it is not a WebAssembly module")]
    Malformed(#[from] BinaryReaderError),
    /// The module has no names.
    #[error(
        "its functions have no names: keep them until now, with wasm-opt's -g, without `strip = true` in the cargo \
         profile, and without wasm-bindgen's --remove-name-section"
    )]
    NoNames,
    /// The names were taken out before.
    #[error("its names were taken out before: use the symbol file of build {0}")]
    AlreadySeparated(BuildId),
}

/// Takes the function names out of a module, and marks it with a build id.
///
/// Call this last: the names are of the functions as they are in these bytes, and a change of the module afterwards would
/// leave a build id that is no longer its own. Rust's names are demangled.
///
/// The module becomes smaller. Of its names it keeps one, its own, which is the build id.
///
/// # Errors
/// When the bytes are not a module, or its functions have no names.
pub fn separate(module: &[u8]) -> Result<Separated, ModuleError> {
    let names = Names::read(module)?;
    if names.functions.is_empty() {
        let id = names.module.and_then(|name| name.parse().ok());
        return Err(id.map_or(ModuleError::NoNames, ModuleError::AlreadySeparated));
    }
    let mut module = without_names(module)?;
    let build_id = BuildId::of(&module);
    fill_placeholders(&mut module, build_id);
    module.extend(name_section(build_id));
    let functions = functions(&module, names.functions)?;
    let symbols = Symbols::new(build_id, functions);
    Ok(Separated { module, symbols })
}

/// The names in a module.
#[derive(Debug, Default)]
struct Names {
    module: Option<String>,
    functions: BTreeMap<u32, String>,
}

impl Names {
    fn read(module: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut names = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::CustomSection(section) = payload?
                && let KnownCustom::Name(section) = section.as_known()
            {
                names.add(section)?;
            }
        }
        Ok(names)
    }

    fn add(&mut self, section: NameSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for part in section {
            match part? {
                Name::Module { name, .. } => self.module = Some(name.to_owned()),
                Name::Function(functions) => {
                    for function in functions {
                        let function = function?;
                        self.functions
                            .insert(function.index, demangled(function.name));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Returns Rust's name of a function, without the hash at its end. wasm-bindgen demangles names, but keeps the hash.
fn demangled(name: &str) -> String {
    const HASH: &str = "::h";
    if let Ok(rust) = try_demangle(name) {
        return format!("{rust:#}");
    }
    let path = name
        .rsplit_once(HASH)
        .filter(|(_, hash)| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    path.map_or(name, |(path, _)| path).to_owned()
}

/// Returns the module without its name sections.
fn without_names(module: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut reader = BinaryReader::new(module, 0);
    let mut kept = reader.read_bytes(HEADER_BYTES)?.to_vec();
    while !reader.eof() {
        let start = reader.current_position();
        let id = reader.read_u8()?;
        let length = reader.read_var_u32()?;
        let content = reader.read_bytes(length as usize)?;
        let is_names = id == CUSTOM && BinaryReader::new(content, 0).read_string()? == NAME;
        if !is_names {
            kept.extend_from_slice(&module[start..reader.current_position()]);
        }
    }
    Ok(kept)
}

fn fill_placeholders(module: &mut [u8], build_id: BuildId) {
    let id = build_id.to_string();
    let digits = PLACEHOLDER.len() - id.len();
    let mut start = 0;
    while let Some(found) = find(&module[start..], PLACEHOLDER) {
        let end = start + found + PLACEHOLDER.len();
        module[start + found + digits..end].copy_from_slice(id.as_bytes());
        start = end;
    }
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    let mut windows = bytes.windows(pattern.len());
    windows.position(|window| window == pattern)
}

/// Returns a section that names the module.
fn name_section(build_id: BuildId) -> Vec<u8> {
    let id = build_id.to_string();
    let name = prefixed(id.as_bytes());
    let part = [&[MODULE_NAME][..], &prefixed(&name)].concat();
    let content = [prefixed(NAME.as_bytes()), part].concat();
    [&[CUSTOM][..], &prefixed(&content)].concat()
}

/// Returns the bytes after their number. Numbers below 128 are one byte.
fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&[bytes.len() as u8][..], bytes].concat()
}

/// Returns the functions that the module defines.
fn functions(
    module: &[u8],
    mut names: BTreeMap<u32, String>,
) -> Result<Vec<Function>, BinaryReaderError> {
    let mut functions = Vec::new();
    let mut index = 0;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let is_function =
                        matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_));
                    index += u32::from(is_function);
                }
            }
            Payload::CodeSectionEntry(body) => {
                let Range { start, end } = body.range();
                let name = names.remove(&index).unwrap_or_default();
                let code = start as u32..end as u32;
                functions.push(Function { index, code, name });
                index += 1;
            }
            _ => {}
        }
    }
    Ok(functions)
}

#[cfg(test)]
mod tests;
