//! Links against the chosen interpreter's own library, and records which interpreter that is.

use std::env;
use std::process::Command;

/// Prints what identifies an interpreter, one item a line; the version in one line.
const IDENTITY: &str = "import sys; print(' '.join(sys.version.split()), sys.base_prefix, \
                        sys.base_exec_prefix, sep='\\n')";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
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
    let identity = python
        .run_python_script(IDENTITY)
        .unwrap_or_else(|error| panic!("cannot ask {executable} for its version: {error}"));
    let mut lines = identity.lines();
    let mut line = || lines.next().expect("the script prints three lines");
    export("PYTHON_VERSION", line());
    export("PYTHON_PREFIX", line());
    export("PYTHON_EXEC_PREFIX", line());
    export("PYTHON_EXECUTABLE", executable);
    export("RUSTC_VERSION", &rustc_version());
}

fn export(name: &str, value: &str) {
    println!("cargo:rustc-env=DOEFF_BENCH_{name}={value}");
}

fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("cargo's rustc runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
