//! Builds WebAssembly pages without trunk: compiles, runs wasm-bindgen, and optimizes a release.

use std::path::Path;

use anyhow::Result;

use crate::build::Profile;
use crate::process;
use crate::symbols::Symbols;
use crate::wasm::{self, TARGET, Wasm};

/// A page to build.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WasmPage<'a> {
    /// The name of its log.
    pub(crate) label: &'static str,
    pub(crate) package: &'a str,
    /// Cargo features, comma-separated.
    pub(crate) features: &'a str,
    pub(crate) profile: Profile,
    /// Where the names of a release's functions are kept. Without it, they are lost.
    pub(crate) symbols: Option<&'a Symbols>,
}

impl WasmPage<'_> {
    /// Writes `{package}.js` and `{package}_bg.wasm` into the folder `out`.
    pub(crate) fn build(&self, wasm: &Wasm, out: &Path) -> Result<()> {
        self.compile(wasm)?;
        self.bind(wasm, out)?;
        if self.profile == Profile::Release {
            self.optimize(wasm, out)?;
            if let Some(symbols) = self.symbols {
                symbols.separate(out)?;
            }
        }
        Ok(())
    }

    fn compile(&self, wasm: &Wasm) -> Result<()> {
        let what = ["build", "--quiet", "--target", TARGET];
        let mut cargo = wasm.cargo(&[&what[..], self.profile.cargo_arguments()].concat())?;
        cargo.args(["--package", self.package, "--features", self.features]);
        process::run(self.label, cargo)
    }

    fn bind(&self, wasm: &Wasm, out: &Path) -> Result<()> {
        let folder = wasm::target()?.join(TARGET);
        let compiled = folder.join(self.profile.folder()).join(self.package);
        let mut bindgen = wasm.command("wasm-bindgen", &["--target", "web", "--no-typescript"])?;
        bindgen.arg("--out-dir").arg(out);
        bindgen.arg(compiled.with_extension("wasm"));
        process::run(self.label, bindgen)
    }

    fn optimize(&self, wasm: &Wasm, out: &Path) -> Result<()> {
        let module = out.join(format!("{}_bg.wasm", self.package));
        let mut optimize = wasm.command("wasm-opt", &["-Oz"])?;
        if self.symbols.is_some() {
            optimize.arg("-g");
        }
        optimize.arg(&module).arg("-o").arg(&module);
        process::run(self.label, optimize)
    }
}
