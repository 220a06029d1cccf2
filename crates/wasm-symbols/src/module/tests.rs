//! Modules as compilers write them.

use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, EntityType, Function as Body,
    FunctionSection, ImportSection, MemoryType, Module, NameMap, NameSection, TypeSection,
};

use super::*;

/// Indices 0 and 2 are imported functions, between them is an imported memory.
const IMPORTED: u32 = 2;

/// A module with these functions, the data `data`, and what `finish` adds.
fn module(functions: u32, data: &[u8], finish: impl FnOnce(&mut Module)) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let mut imports = ImportSection::new();
    imports.import("env", "first", EntityType::Function(0));
    let memory = MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    imports.import("env", "memory", memory);
    imports.import("env", "second", EntityType::Function(0));
    module.section(&imports);
    let mut declared = FunctionSection::new();
    let mut code = CodeSection::new();
    for _ in 0..functions {
        declared.function(0);
        let mut body = Body::new([]);
        body.instructions().call(0).end();
        code.function(&body);
    }
    module.section(&declared);
    module.section(&code);
    let mut section = DataSection::new();
    section.active(0, &ConstExpr::i32_const(16), data.iter().copied());
    module.section(&section);
    finish(&mut module);
    module.finish()
}

fn names(names: &[(u32, &str)]) -> NameSection {
    let mut section = NameSection::new();
    section.module("shop.wasm");
    let mut map = NameMap::new();
    for (index, name) in names {
        map.append(*index, name);
    }
    section.functions(&map);
    section
}

fn named(functions: u32, data: &[u8], list: &[(u32, &str)]) -> Vec<u8> {
    module(functions, data, |module| {
        module.section(&names(list));
    })
}

#[test]
fn names_move_from_the_module_to_the_symbols() {
    let names = [
        (0, "imported"),
        (2, "_ZN4shop3buy17h0123456789abcdefE"),
        (3, "_RNvCskwGfYPst2Cb_3foo16example_function"),
        (4, "shop::größe::<alloc::vec::Vec<u8>>::h0123456789abcdef"),
    ];
    let original = named(4, b"data", &names);
    let Separated { module, symbols } = separate(&original).unwrap();
    assert!(module.len() < original.len());
    let text = String::from_utf8_lossy(&module);
    assert!(
        !text.contains("shop") && !text.contains("imported"),
        "{text}"
    );
    let name = |index| symbols.name(index, None);
    assert_eq!(name(0), None, "imported functions have no code");
    assert_eq!(name(IMPORTED), Some("shop::buy"));
    assert_eq!(name(3), Some("foo::example_function"));
    assert_eq!(name(4), Some("shop::größe::<alloc::vec::Vec<u8>>"));
    assert_eq!((name(5), symbols.len()), (None, 4), "without a name");
}

#[test]
fn module_is_the_same_except_for_its_names() {
    let data = [b"before", PLACEHOLDER, b"behind"].concat();
    let producers = CustomSection {
        name: "producers".into(),
        data: b"rustc"[..].into(),
    };
    let original = module(3, &data, |module| {
        module.section(&names(&[(2, "shop::buy")]));
        module.section(&producers);
    });
    let Separated { module, symbols } = separate(&original).unwrap();
    let id = symbols.build_id();
    let expected = self::module(3, &data, |module| {
        module.section(&producers);
        let mut names = NameSection::new();
        names.module(&id.to_string());
        module.section(&names);
    });
    let marked = format!("beforeotel-web build id: {id}behind");
    assert_eq!(module.len(), expected.len());
    assert!(find(&module, marked.as_bytes()).is_some());
    let start = find(&expected, PLACEHOLDER).unwrap();
    assert_eq!(module[..start], expected[..start]);
    let end = start + PLACEHOLDER.len();
    assert_eq!(module[end..], expected[end..]);
}

#[test]
fn positions_are_those_in_the_written_module() {
    // The code follows a section that is removed.
    let mut moved = Module::new();
    moved.section(&names(&[(2, "shop::buy")]));
    let rest = &module(2, b"", |_| {})[HEADER_BYTES..];
    let original = [&moved.finish()[..], rest].concat();
    let Separated { module, symbols } = separate(&original).unwrap();
    // Two bodies: no locals, a call of function 0, the end.
    let body = [0, 0x10, 0, 0x0b];
    let start = find(&module, &body).unwrap() as u32;
    for (position, expected) in [
        (start - 1, None),
        (start, Some("shop::buy")),
        (start + 3, Some("shop::buy")),
        (start + 4, None),
    ] {
        assert_eq!(symbols.name(2, Some(position)), expected, "{position}");
    }
}

#[test]
fn build_id_depends_on_the_code_only() {
    let id = |module: &[u8]| separate(module).unwrap().symbols.build_id();
    let one = id(&named(2, b"data", &[(2, "a")]));
    assert_eq!(one, id(&named(2, b"data", &[(2, "b"), (3, "c")])));
    assert_ne!(one, id(&named(2, b"date", &[(2, "a")])));
    assert_ne!(one, id(&named(3, b"data", &[(2, "a")])));
}

#[test]
fn module_without_names_is_rejected() {
    let without = module(2, b"", |_| {});
    assert!(matches!(separate(&without), Err(ModuleError::NoNames)));
    let only_module = named(2, b"", &[]);
    assert!(matches!(separate(&only_module), Err(ModuleError::NoNames)));
    let separated = separate(&named(2, b"", &[(2, "a")])).unwrap();
    match separate(&separated.module) {
        Err(ModuleError::AlreadySeparated(id)) => assert_eq!(id, separated.symbols.build_id()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn damaged_module_is_rejected() {
    let whole = named(3, b"data", &[(2, "shop::buy"), (3, "shop::pay")]);
    for length in 0..whole.len() {
        // A module that ends between two sections is complete, but has no names.
        assert!(separate(&whole[..length]).is_err(), "{length}");
    }
    for other in [&b"<!doctype html>"[..], &[0xff; 64], b"\0asm\x0d\0\x01\0"] {
        assert!(separate(other).is_err());
    }
}
