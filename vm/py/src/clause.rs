//! How frames end: by returning, by raising, or because the driver finishes them.

use doeff_vm_core::{PyCallOutcome, Value};

use crate::classify::{Reserved, uses_continuation};
use crate::driver::Driver;
use crate::generator::{self, Step};
use crate::host::{PyFrame, PyOutcome};
use crate::object::Ref;
use crate::tail::{Tail, tail_of};
use crate::{continuation, messages, note};

impl Driver<'_> {
    #[inline]
    pub(crate) fn returned(&mut self, value: Ref) -> PyOutcome {
        if let Some(frame) = self.machine.running()
            && frame.k.is_some()
            && !self.doeff
            && let Some(primitive) = uses_continuation(&value)
        {
            let error = messages::clause_returned_primitive(&frame.generator, primitive);
            drop(value);
            return self.raised(error);
        }
        PyCallOutcome::GenReturn(Value::Object(value))
    }

    /// The running frame has raised: a clause whose continuation is unused makes the operation fail.
    pub(crate) fn raised(&mut self, error: Ref) -> PyOutcome {
        if let Some(PyFrame {
            generator,
            k: Some(k),
            note,
        }) = self.machine.running()
        {
            let (generator, k, note) = (generator.clone(), k.clone(), note.clone());
            clause_raised(&k, &generator, note.as_ref(), error)
        } else {
            PyCallOutcome::GenError(error)
        }
    }

    /// Finishes the clause that the running frame belongs to: the programs that it called,
    /// innermost first, then the clause itself.
    pub(crate) fn finish_clause(&mut self) -> Result<(), Failure> {
        let mut first_error = None;
        // A generator that yields in its cleanup is still suspended; it is dropped, which closes it
        // once more, when all were closed.
        let mut suspended = Vec::new();
        while let Some(frame) = self.machine.finish_frame() {
            if let Err(error) = self.finish(&frame.generator) {
                if first_error.is_none() {
                    first_error = Some(error);
                } else {
                    messages::unraisable(error, &frame.generator);
                }
                suspended.push(frame.generator.clone());
            }
            if frame.k.is_some() {
                return match first_error {
                    None => Ok(()),
                    Some(error) => Err(Failure { error, frame }),
                };
            }
        }
        Ok(())
    }

    /// Finishes the running frame alone, which may be a clause or not.
    pub(crate) fn finish_running(&mut self) -> Result<Option<PyFrame>, Failure> {
        let Some(frame) = self.machine.finish_frame() else {
            return Ok(None);
        };
        match self.finish(&frame.generator) {
            Ok(()) => Ok(Some(frame)),
            Err(error) => Err(Failure { error, frame }),
        }
    }

    /// Finishes the running frame if it is suspended at a `yield` whose result it returns.
    #[inline]
    pub(crate) fn finish_tail(&mut self) -> Result<(), Failure> {
        if let Some(frame) = self.machine.running()
            && tail_of(&frame.generator) == Tail::Return
            && let Some(frame) = self.machine.finish_frame()
            && let Err(error) = self.finish_by_send(&frame.generator)
        {
            return Err(Failure { error, frame });
        }
        Ok(())
    }

    /// Ends a generator that is suspended at a `yield`. In a run of doeff's it is ended as by dropping it:
    /// what it raises stops nothing.
    #[inline]
    pub(crate) fn finish(&self, generator: &Ref) -> Result<(), Ref> {
        if tail_of(generator) == Tail::No {
            self.close(generator)
        } else {
            self.finish_by_send(generator)
        }
    }

    /// As `finish`, of a generator that is suspended at a `yield` in tail position. Its own code cannot raise
    /// there, but a signal's handler or a trace function can.
    #[inline]
    pub(crate) fn finish_by_send(&self, generator: &Ref) -> Result<(), Ref> {
        match generator::send(generator, &Ref::none()) {
            Step::Return(_) => Ok(()),
            other => self.finish_otherwise(generator, other),
        }
    }

    #[cold]
    fn finish_otherwise(&self, generator: &Ref, step: Step) -> Result<(), Ref> {
        match step {
            Step::Raise(error) if self.doeff => {
                messages::unraisable(error, generator);
                Ok(())
            }
            Step::Raise(error) => Err(error),
            Step::Yield(_) | Step::Return(_) => self.close(generator),
        }
    }

    #[inline]
    fn close(&self, generator: &Ref) -> Result<(), Ref> {
        if self.doeff {
            generator::finalize(generator);
            return Ok(());
        }
        generator::close(generator)
    }
}

/// A frame, a clause's mostly, that raised while it was being finished.
pub(crate) struct Failure {
    error: Ref,
    frame: PyFrame,
}

impl Failure {
    /// The frame has raised.
    pub(crate) fn new(error: Ref, frame: PyFrame) -> Self {
        Self { error, frame }
    }

    /// Undoes the reservation of `k` and lets the error count as raised by the frame.
    pub(crate) fn undo(self, k: &Ref, reserved: Reserved) -> PyOutcome {
        reserved.put_back(k);
        self.outcome()
    }

    /// The error counts as raised by the frame.
    pub(crate) fn outcome(self) -> PyOutcome {
        let Self { error, frame } = self;
        let PyFrame { generator, k, note } = frame;
        let Some(own) = k else {
            return PyCallOutcome::GenError(error);
        };
        let note = note.as_ref();
        let name = note::name_of_clause(&generator, note);
        // Where its cleanup has yielded, more of it runs now, and may still use the continuation.
        drop(generator);
        operation_failed(&own, error, |error| {
            note::crossed(error, &own, note, &name);
        })
    }
}

/// The clause that was given `k` has raised; `note` is what its frame keeps.
pub(crate) fn clause_raised(k: &Ref, clause: &Ref, note: Option<&Ref>, error: Ref) -> PyOutcome {
    operation_failed(k, error, |error| {
        note::crossed(error, k, note, &note::name_of_clause(clause, note));
    })
}

/// The operation fails while its continuation is unused; after that the error crosses the clause.
fn operation_failed(k: &Ref, error: Ref, crossed: impl FnOnce(&Ref)) -> PyOutcome {
    // SAFETY: a clause's `k` is a continuation.
    if let Some(captured) = unsafe { continuation::take(k) } {
        PyCallOutcome::OperationFailed { captured, error }
    } else {
        crossed(&error);
        PyCallOutcome::GenError(error)
    }
}
