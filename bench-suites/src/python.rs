//! The embedded interpreter: which one it is, and how it is started.

use std::env;
use std::ffi::{CStr, CString, OsString};
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::types::PyList;
use pyo3::{ffi, wrap_pymodule};

/// What tells one interpreter from another.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    /// `sys.version` in one line.
    pub version: String,
    /// `sys.base_prefix`.
    pub prefix: String,
}

/// The interpreter that this was built against.
pub fn built_against() -> Identity {
    Identity {
        version: env!("DOEFF_BENCH_PYTHON_VERSION").to_owned(),
        prefix: env!("DOEFF_BENCH_PYTHON_PREFIX").to_owned(),
    }
}

/// The executable of the interpreter that this was built against.
pub fn executable() -> &'static Path {
    Path::new(env!("DOEFF_BENCH_PYTHON_EXECUTABLE"))
}

/// Why the interpreter cannot be used. Each message names the cure.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PythonError {
    /// Another interpreter is chosen now than when this was built, and cargo did not notice.
    #[error(
        "this was built against the Python\n    {} ({}),\nbut the one that is chosen now is\n    {} ({});\n\
         name the one to use, `PYO3_PYTHON={executable} cargo bench`, or make cargo look again with \
         `cargo clean --release -p pyo3-ffi`",
        built.version, built.prefix, chosen.version, chosen.prefix
    )]
    AnotherChosen {
        /// The one built against.
        built: Box<Identity>,
        /// The one that PyO3 would choose now.
        chosen: Box<Identity>,
        /// Path of the latter.
        executable: String,
    },
    /// The library that was loaded is not the one that this was linked against.
    #[error(
        "this was built against the Python\n    {built},\nbut the library that was loaded is that of\n    {running};\n\
         unset LD_LIBRARY_PATH and LD_PRELOAD, or rebuild with `cargo clean --release -p doeff-bench-suites`"
    )]
    AnotherLoaded {
        /// Version built against.
        built: String,
        /// Version that runs.
        running: String,
    },
    /// The interpreter did not start.
    #[error(
        "cannot start the Python of {prefix}: {message}; check that it is still installed, or set \
         PYO3_PYTHON to another one and run `cargo bench` again"
    )]
    NotStarted {
        /// Where it should be.
        prefix: String,
        /// What it said.
        message: String,
    },
}

/// Checks that the library that was loaded, and the interpreter that is chosen now, are the ones that
/// this was built against.
///
/// # Errors
/// When one is not.
pub fn check() -> Result<(), PythonError> {
    check_loaded()?;
    check_chosen()
}

/// Checks that the interpreter that `PyO3` would choose now is the one that this was built against.
///
/// Cargo rebuilds when the environment variables change that choose an interpreter. It cannot see
/// that a launcher on the `PATH`, such as pyenv's, has come to stand for another one. An interpreter
/// that cannot be run is none.
fn check_chosen() -> Result<(), PythonError> {
    let built = built_against();
    match chosen() {
        Some((chosen, executable)) if chosen != built => Err(PythonError::AnotherChosen {
            built: Box::new(built),
            chosen: Box::new(chosen),
            executable,
        }),
        _ => Ok(()),
    }
}

/// The interpreter that `PyO3` would choose, with the path of its executable.
fn chosen() -> Option<(Identity, String)> {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty());
    if variable("PYO3_CONFIG_FILE").is_some() {
        return None;
    }
    let in_environment = |root: OsString| PathBuf::from(root).join("bin/python").into_os_string();
    let candidates = match (
        variable("PYO3_PYTHON"),
        variable("VIRTUAL_ENV"),
        variable("CONDA_PREFIX"),
    ) {
        (Some(named), ..) => vec![named],
        (None, Some(root), None) | (None, None, Some(root)) => vec![in_environment(root)],
        _ => vec!["python".into(), "python3".into()],
    };
    candidates.iter().find_map(|candidate| {
        let script = include_str!("identity.py");
        let output = Command::new(candidate)
            .args(["-I", "-c", script])
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let mut lines = text.lines().map(str::to_owned);
        let (version, prefix) = (lines.next()?, lines.next()?);
        let executable = lines.nth(1)?;
        version
            .starts_with('3')
            .then_some((Identity { version, prefix }, executable))
    })
}

/// How Python is to hash strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashing {
    /// With a seed of this process's own, as users have it.
    Random,
    /// Always alike, so that a process does the same work each time.
    Fixed,
}

/// Starts the interpreter, once per process, and makes the engines' modules importable.
///
/// It is isolated: no environment variable, user folder or site package has a part in what it runs.
///
/// # Errors
/// When it does not start, or is not the one that this was built against.
pub fn start() -> Result<(), PythonError> {
    start_hashing(Hashing::Random)
}

/// As [`start`]; whoever is first in the process says how strings are hashed.
///
/// # Errors
/// As for [`start`].
pub fn start_hashing(hashing: Hashing) -> Result<(), PythonError> {
    static STARTED: OnceLock<Result<(), PythonError>> = OnceLock::new();
    STARTED
        .get_or_init(|| {
            check_loaded()?;
            initialize(hashing)?;
            Python::attach(|py| provide_modules(py, workspace()))
                .map_err(|error| not_started(&error))
        })
        .clone()
}

fn not_started(message: &impl ToString) -> PythonError {
    PythonError::NotStarted {
        prefix: built_against().prefix,
        message: message.to_string(),
    }
}

fn initialize(hashing: Hashing) -> Result<(), PythonError> {
    let (prefix, exec_prefix) = (
        env!("DOEFF_BENCH_PYTHON_PREFIX"),
        env!("DOEFF_BENCH_PYTHON_EXEC_PREFIX"),
    );
    let home = CString::new(format!("{prefix}:{exec_prefix}")).map_err(|e| not_started(&e))?;
    let executable =
        CString::new(env!("DOEFF_BENCH_PYTHON_EXECUTABLE")).map_err(|e| not_started(&e))?;
    // SAFETY: nothing has started the interpreter before, as this runs once per process. The
    // configuration is initialised by the first call and cleared by the last, and the strings live
    // longer. Afterwards this thread lets go of the interpreter, for whoever attaches to it.
    let status = unsafe {
        let mut config = MaybeUninit::<ffi::PyConfig>::uninit();
        let config = config.as_mut_ptr();
        ffi::PyConfig_InitIsolatedConfig(config);
        (*config).site_import = 0;
        (*config).write_bytecode = 0;
        if hashing == Hashing::Fixed {
            // What PYTHONHASHSEED=0 says, which an isolated interpreter does not look at.
            (*config).use_hash_seed = 1;
            (*config).hash_seed = 0;
        }
        let settings = [
            (&raw mut (*config).home, &home),
            // Python looks for its library from here; the default is a `python3` on the PATH.
            (&raw mut (*config).program_name, &executable),
        ];
        let mut status = ffi::PyStatus_Ok();
        for (field, value) in settings {
            if ffi::PyStatus_Exception(status) == 0 {
                status = ffi::PyConfig_SetBytesString(config, field, value.as_ptr());
            }
        }
        if ffi::PyStatus_Exception(status) == 0 {
            status = ffi::Py_InitializeFromConfig(config);
        }
        ffi::PyConfig_Clear(config);
        if ffi::PyStatus_Exception(status) == 0 {
            ffi::PyEval_SaveThread();
        }
        status
    };
    // SAFETY: only looks at the status; its message, if any, is a static string.
    unsafe {
        if ffi::PyStatus_Exception(status) == 0 {
            Ok(())
        } else if status.err_msg.is_null() {
            Err(not_started(&"no reason given"))
        } else {
            Err(not_started(
                &CStr::from_ptr(status.err_msg).to_string_lossy(),
            ))
        }
    }
}

/// What the library says of itself needs no running interpreter.
fn check_loaded() -> Result<(), PythonError> {
    let running: Vec<_> = Python::version_str().split_whitespace().collect();
    let (running, built) = (running.join(" "), built_against().version);
    if running == built {
        Ok(())
    } else {
        Err(PythonError::AnotherLoaded { built, running })
    }
}

/// Registers the extension module, which is part of this binary, and puts the folders of the Python
/// sources on the path.
fn provide_modules(py: Python<'_>, workspace: &Path) -> PyResult<()> {
    let sys = py.import("sys")?;
    let extension = wrap_pymodule!(doeff_vm::doeff_vm)(py);
    sys.getattr("modules")?
        .set_item("doeff_vm.doeff_vm", extension)?;
    let path = sys.getattr("path")?.cast_into::<PyList>()?;
    for folder in ["vm/py/python", "python-baseline"] {
        path.insert(0, workspace.join(folder).as_os_str())?;
    }
    Ok(())
}

/// The root of the workspace, which this package lies in.
pub fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The target folder that this was built in.
pub fn target() -> &'static Path {
    Path::new(env!("DOEFF_BENCH_TARGET"))
}

/// An exception as Python would print it.
pub fn describe(py: Python<'_>, error: &PyErr) -> String {
    let lines = py.import("traceback").and_then(|traceback| {
        let exception = (error.get_type(py), error.value(py), error.traceback(py));
        let lines = traceback.call_method1("format_exception", exception)?;
        lines.extract::<Vec<String>>()
    });
    lines.map_or_else(
        |_| error.to_string(),
        |lines| lines.concat().trim_end().to_owned(),
    )
}

/// Runs `test` with the interpreter, one test at a time: workloads are loaded under one module name.
#[cfg(test)]
pub(crate) fn with_python<T>(test: impl FnOnce(Python<'_>) -> T) -> T {
    use std::sync::{Mutex, PoisonError};
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    start().expect("the interpreter starts");
    Python::attach(test)
}

#[cfg(test)]
mod tests {
    use pyo3::prelude::*;

    use super::{built_against, with_python};

    #[test]
    fn the_interpreter_that_runs_is_the_one_built_against() {
        with_python(|py| {
            let sys = py.import("sys").expect("sys is there");
            let prefix: String = sys
                .getattr("prefix")
                .expect("is set")
                .extract()
                .expect("a str");
            assert_eq!(prefix, built_against().prefix);
        });
    }

    #[test]
    fn all_machines_can_be_imported() {
        with_python(|py| {
            for module in ["doeff_vm", "cesk_v3", "pure_machine"] {
                let module = py.import(module).expect("it is on the path");
                assert!(module.hasattr("run").expect("modules have attributes"));
            }
        });
    }
}
