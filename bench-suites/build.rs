//! Links against the chosen interpreter's own library, and records which interpreter that is.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/identity.py");
    println!(
        "cargo:rustc-env=GUNGRAUN_RUNNER={}",
        tool("gungraun-runner").display()
    );
    println!("cargo:rustc-env=DOEFF_BENCH_TARGET={}", target().display());
    // PyO3 asks for these itself; pyenv's choice is one that it does not know of.
    for name in [
        "PATH",
        "PYO3_PYTHON",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "PYENV_VERSION",
    ] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    println!("cargo:rerun-if-changed=../Cargo.toml");
    println!("cargo:rustc-env=DOEFF_BENCH_PROFILE={}", profile());
    pyo3_build_config::use_pyo3_cfgs();
    // Without this the loader may find another CPython's library than the one linked against.
    pyo3_build_config::add_libpython_rpath_link_args();

    let python = pyo3_build_config::get();
    let executable = python.executable().expect(
        "the benchmarks run Python, but PyO3 was configured without an interpreter; \
         unset PYO3_NO_PYTHON and PYO3_CONFIG_FILE, or name an executable there",
    );
    assert!(
        python.shared(),
        "the CPython at {executable} has no shared library, which embedding needs; \
         set PYO3_PYTHON to one that was built with --enable-shared"
    );
    let identity = output(Command::new(executable).args(["-I", "src/identity.py"]));
    let mut lines = identity.lines();
    for name in ["VERSION", "PREFIX", "EXEC_PREFIX", "EXECUTABLE"] {
        let value = lines.next().expect("identity.py prints four lines");
        println!("cargo:rustc-env=DOEFF_BENCH_PYTHON_{name}={value}");
    }
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let version = output(Command::new(rustc).arg("--version"));
    println!(
        "cargo:rustc-env=DOEFF_BENCH_RUSTC_VERSION={}",
        version.trim()
    );
}

/// The target folder, which this one's output lies in.
fn target() -> PathBuf {
    let output = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    // target/PROFILE/build/PACKAGE-HASH/out
    let target = output.ancestors().nth(4).expect("it is that deep");
    target.to_owned()
}

/// Where `cargo xtask tools` puts a program.
fn tool(name: &str) -> PathBuf {
    target().join("tools/bin").join(name)
}

/// How the compiler is told to optimise, in one line: what cargo says of this crate, the profiles of the
/// workspace's manifest, and what the environment puts in their place.
fn profile() -> String {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let set = |prefix: &'static str| {
        let mut found: Vec<_> = env::vars()
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        found.sort();
        found
    };
    let flags = variable("CARGO_ENCODED_RUSTFLAGS").replace('\u{1f}', " ");
    let mut parts = vec![
        variable("TARGET"),
        format!("target-features {}", variable("CARGO_CFG_TARGET_FEATURE")),
        format!("opt-level {}", variable("OPT_LEVEL")),
        format!("rustflags {flags:?}"),
    ];
    parts.extend(set("CARGO_FEATURE_"));
    parts.extend(set("CARGO_PROFILE_"));
    parts.extend(manifest_profiles());
    parts.join("; ")
}

/// The tables `[profile.*]` of the workspace's manifest, each in a line without comments.
fn manifest_profiles() -> Vec<String> {
    let manifest = fs::read_to_string("../Cargo.toml").expect("the workspace has a manifest");
    let mut tables: Vec<String> = Vec::new();
    let mut inside = false;
    for line in manifest.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.starts_with('[') {
            inside = line.starts_with("[profile");
            if inside {
                tables.push(line.to_owned());
            }
        } else if let Some(table) = tables.last_mut().filter(|_| inside && !line.is_empty()) {
            table.extend([" ", line]);
        }
    }
    tables
}

/// What a program prints.
fn output(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(output.status.success(), "{command:?} failed: {output:?}");
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}
