//! Function names for the stack traces of optimized WebAssembly modules.
//!
//! An optimized module has no function names, so a browser prints `wasm-function[1234]:0x5f3a` for a call. [`separate`] takes
//! the names out of a module after its optimization, and marks the module with a [`BuildId`]. [`Symbols`] has the names,
//! and [`resolve`] puts them into a stack trace.
//!
//! # Build id
//!
//! The build id is derived from the bytes of the module. It is in two places:
//!
//! - as the name of the module. Browsers print it in each frame, so a frame tells from which build of which module it is
//! - in the data of modules with otel-web, which sends it as the resource attribute `app.build_id`
//!
//! ```
//! use wasm_symbols::{Symbols, resolve};
//!
//! # fn main() -> Result<(), wasm_symbols::SymbolsError> {
//! # let file = "otel-web symbols 1\nbuild 3f2a9c1b44d0e8f7\nfunctions 1\n12 5f00 5f80 shop::buy\ncrc32 5a6d70a3\n";
//! let symbols = std::sync::Arc::new(file.parse::<Symbols>()?);
//! let stack = "    at 3f2a9c1b44d0e8f7 (https://shop.example/shop_bg.wasm:wasm-function[12]:0x5f3a)";
//! let named = resolve(stack, None, &mut |id| (id == symbols.build_id()).then(|| symbols.clone()));
//! let expected = "    at shop::buy (https://shop.example/shop_bg.wasm:wasm-function[12]:0x5f3a)";
//! assert_eq!(named.as_deref(), Some(expected));
//! # Ok(())
//! # }
//! ```

mod build_id;
mod frame;
mod module;
mod stack;
mod symbols;

pub use self::{
    build_id::{BuildId, BuildIdError},
    module::{ModuleError, Separated, separate},
    stack::{build_ids, has_frames, resolve},
    symbols::{Symbols, SymbolsError},
};
