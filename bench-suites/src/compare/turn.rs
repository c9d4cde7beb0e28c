//! One run at a time, and an end to it when the user asks for one.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result, bail};

/// The right to measure on this machine's copy of the sources. It ends with this value.
pub(crate) struct Turn(#[expect(dead_code, reason = "it is locked as long as it is open")] File);

impl Turn {
    /// Takes it.
    ///
    /// # Errors
    /// When another run has it, whose process the error names.
    pub(crate) fn take(workspace: &Path) -> Result<Self> {
        let folder = workspace.join("target");
        let path = folder.join("compare.lock");
        let cannot = || format!("cannot write {}", path.display());
        fs::create_dir_all(&folder).with_context(cannot)?;
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).with_context(cannot)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).with_context(cannot)?;
                write!(file, "{}", process::id()).with_context(cannot)?;
                Ok(Self(file))
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.rewind().with_context(cannot)?;
                file.read_to_string(&mut holder).with_context(cannot)?;
                bail!(
                    "another measurement is running (process {holder}), and two at once would disturb each other; \
                     wait for its end, or stop it"
                )
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(cannot),
        }
    }
}

/// Whether the user asked for an end.
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for it from now on. A second one ends the program at once.
    pub(super) fn watch() -> Result<Self> {
        let came = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&came);
        ctrlc::set_handler(move || {
            if seen.swap(true, Ordering::SeqCst) {
                process::exit(super::INTERRUPTED.into());
            }
            eprintln!("\ninterrupted: writing what was measured; once more to stop at once");
        })
        .context("cannot watch for an interrupt")?;
        Ok(Self(came))
    }

    /// Whether it came.
    pub(super) fn came(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::Turn;

    #[test]
    fn there_is_one_turn_at_a_time() {
        let workspace = tempfile::tempdir().expect("a temporary folder");
        let first = Turn::take(workspace.path()).expect("nobody has it");
        let Err(error) = Turn::take(workspace.path()) else {
            panic!("there are two")
        };
        let process = format!("(process {})", std::process::id());
        assert!(error.to_string().contains(&process), "{error}");
        drop(first);
        Turn::take(workspace.path()).expect("nobody has it any more");
    }
}
