//! The process of a worker, seen from the harness.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use serde::de::DeserializeOwned;

use super::Unavailable;
use super::protocol::{Reply, Request};
use crate::python::{self, Identity};

/// Why there is no reply of use.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The process did not start.
    #[error("its process cannot be started: {0}")]
    NotStarted(io::Error),
    /// It runs on another interpreter than the harness.
    #[error("it runs on {found}, not on {wanted}")]
    AnotherPython {
        /// What it runs on.
        found: String,
        /// What the harness runs on.
        wanted: String,
    },
    /// The process ended, with what it last said.
    #[error("its process ended ({status})\n{said}")]
    Ended {
        /// How it ended.
        status: String,
        /// The end of its standard error.
        said: String,
    },
    /// There was no reply for so long that the process was ended.
    #[error("its process did not reply within {} s and was ended\n{said}", patience.as_secs_f64())]
    Hung {
        /// How long was waited.
        patience: Duration,
        /// The end of its standard error.
        said: String,
    },
    /// The reply has another form than it should.
    #[error("its process replied {reply:?}: {cause}")]
    Garbled {
        /// The reply.
        reply: String,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// What was asked for raised.
    #[error("in its process:\n{0}")]
    Raised(String),
}

impl WorkerError {
    /// The last line, which is where Python tells the exception.
    pub fn in_one_line(&self) -> Unavailable {
        Unavailable(last_line(&self.to_string()).to_owned())
    }
}

/// The last line that is not blank.
pub fn last_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim);
    lines.rfind(|line| !line.is_empty()).unwrap_or_default()
}

/// A running process. It ends with this value.
pub struct Worker {
    process: Child,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
    /// Its standard error, which is shown if it fails.
    said: File,
    /// How long a reply may take.
    pub(super) patience: Duration,
}

/// How long a reply may take from when it was asked for: the longest slices take a second or two.
const PATIENCE: Duration = Duration::from_secs(300);

impl Worker {
    /// Starts the process of a package, with an interpreter and a stand-in for `effects`, and waits until it has
    /// imported that.
    ///
    /// # Errors
    /// When it does not start or cannot import it.
    pub fn of_package(python: &Path, effects: &Path) -> Result<Self, WorkerError> {
        let script = python::workspace().join("bench-suites/peers/worker.py");
        let mut command = Command::new(python);
        // Alone as the embedded interpreter: no variable, folder or user's package has a part in it.
        command.arg("-I").arg("-B").arg(script).arg(effects);
        Self::start(&mut command)
    }

    /// Starts the process of an engine of ours: a build of this program that serves it.
    ///
    /// # Errors
    /// When it does not start or has no such engine.
    pub fn of_engine(program: &Path, engine: &str) -> Result<Self, WorkerError> {
        Self::start(Command::new(program).args(["--serve", engine]))
    }

    /// Starts a process that says first what interpreter it runs on, which must be the harness's.
    fn start(command: &mut Command) -> Result<Self, WorkerError> {
        let mut worker = Self::spawn(command)?;
        let found: Identity = worker.reply()?;
        let wanted = python::built_against();
        if found != wanted {
            let shown = |python: Identity| format!("Python {} ({})", python.version, python.prefix);
            return Err(WorkerError::AnotherPython {
                found: shown(found),
                wanted: shown(wanted),
            });
        }
        Ok(worker)
    }

    /// Starts a process that may say something by itself first.
    pub(super) fn spawn(command: &mut Command) -> Result<Self, WorkerError> {
        for (name, _) in std::env::vars_os() {
            // doeff's settings.
            if name.to_string_lossy().starts_with("DOEFF") {
                command.env_remove(name);
            }
        }
        let mut start = || {
            let said = tempfile::tempfile()?;
            let mut process = command
                // An interrupt from the keyboard is the harness's alone.
                .process_group(0)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(said.try_clone()?)
                .spawn()?;
            let pipes = process.stdin.take().zip(process.stdout.take());
            let (requests, replies) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(Self {
                process,
                requests,
                replies: BufReader::new(replies),
                said,
                patience: PATIENCE,
            })
        };
        start().map_err(WorkerError::NotStarted)
    }

    /// Asks for something and waits for the reply.
    ///
    /// # Errors
    /// When that raised, or the process has ended.
    pub fn ask<T: DeserializeOwned>(&mut self, request: &Request<'_>) -> Result<T, WorkerError> {
        let sent = serde_json::to_string(request)
            .map_err(io::Error::from)
            .and_then(|request| self.requests.write_all((request + "\n").as_bytes()));
        sent.map_err(|error| self.ended(&error))?;
        self.reply()
    }

    fn reply<T: DeserializeOwned>(&mut self) -> Result<T, WorkerError> {
        let line = match self.line() {
            Ok(line) if line.is_empty() => return Err(self.ended(&"no reply")),
            Ok(line) => String::from_utf8_lossy(&line).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                let patience = self.patience;
                return Err(match self.ended(&error) {
                    WorkerError::Ended { said, .. } => WorkerError::Hung { patience, said },
                    other => other,
                });
            }
            Err(error) => return Err(self.ended(&error)),
        };
        match serde_json::from_str(&line) {
            Ok(Reply::Ok(value)) => Ok(value),
            Ok(Reply::Error(error)) => Err(WorkerError::Raised(error.trim_end().to_owned())),
            Err(cause) => Err(WorkerError::Garbled { reply: line, cause }),
        }
    }

    /// The next line with its end; what there is of it where the pipe is closed.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let (began, mut line) = (Instant::now(), Vec::new());
        loop {
            if self.replies.buffer().is_empty() {
                let left = self.patience.saturating_sub(began.elapsed());
                wait(self.replies.get_ref(), left)?;
            }
            let part = self.replies.fill_buf()?;
            let end = part.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(part.len(), |end| end + 1);
            line.extend_from_slice(&part[..length]);
            self.replies.consume(length);
            if end.is_some() || length == 0 {
                return Ok(line);
            }
        }
    }

    /// What to report when a pipe to a process is closed.
    fn ended(&mut self, problem: &dyn fmt::Display) -> WorkerError {
        // One that closed its pipes and still runs would keep us waiting.
        let _ = self.process.kill();
        let status = self.process.wait();
        let mut said = String::new();
        let read = self.said.rewind();
        let _ = read.and_then(|()| self.said.read_to_string(&mut said));
        WorkerError::Ended {
            status: status.map_or_else(|_| problem.to_string(), |status| status.to_string()),
            said: said.trim_end().to_owned(),
        }
    }
}

/// Waits until there is something to read, or the pipe is closed.
///
/// # Errors
/// When it takes longer.
fn wait(pipe: &ChildStdout, left: Duration) -> io::Result<()> {
    let until = Instant::now() + left;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(pipe, PollFlags::IN)], Some(&timeout)) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) => return Ok(()),
            Err(Errno::INTR) => {} // by a signal that has its own handler
            Err(error) => return Err(error.into()),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It has nothing to save. Where it has ended already there is nothing to be done.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
