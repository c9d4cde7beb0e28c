//! Driving CPython's generators, and looking at where they are suspended.
//!
//! Two facts about a generator are needed for nearly every effect: whether it is new, and at which
//! `yield` it is suspended. Python's own attributes answer through a frame object, which is slow to
//! make and changes the generator for good; the answers lie in the generator at offsets that differ
//! per minor version. [`calibrate`] checks those offsets on real generators when the module is
//! imported; where they do not fit, the attributes are asked after all.

use std::ffi::c_int;
use std::hint::assert_unchecked;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, AtomicI16, AtomicUsize, Ordering};

use pyo3::types::{PyAnyMethods, PyDict, PyTuple};
use pyo3::{Bound, PyAny, PyResult, Python, ffi, intern};

use crate::calls;
use crate::note;
use crate::object::{Ref, restore_error, take_error, with_python, write_unraisable};
use crate::program;
use crate::types::types;

/// Byte offsets into a generator object (`PyGenObject` with its interpreter frame).
mod layout {
    use std::mem::size_of;

    const POINTER: usize = size_of::<usize>();
    const HEAD: usize = size_of::<pyo3::ffi::PyObject>();

    // 3.11 has `gi_code` first; then follow weakrefs, name, qualname, the exception state of two
    // words, one more word, and four bytes of which the frame state is the last.
    #[cfg(not(Py_3_12))]
    const FLAGS: usize = HEAD + 7 * POINTER;
    #[cfg(Py_3_12)]
    const FLAGS: usize = HEAD + 6 * POINTER;

    pub(super) const STATE: usize = FLAGS + 3;
    /// The exception that the generator handles, first of the two words of its exception state.
    pub(super) const HANDLED: usize = FLAGS - 3 * POINTER;
    const FRAME: usize = FLAGS + POINTER;

    // 3.11: func, globals, builtins, locals, code, frame object, previous, prev_instr.
    #[cfg(not(Py_3_12))]
    pub(super) const CODE: usize = FRAME + 4 * POINTER;
    // 3.12: code, previous, func, globals, builtins, locals, frame object, prev_instr;
    // 3.13 renames them: executable, ..., instr_ptr.
    #[cfg(Py_3_12)]
    pub(super) const CODE: usize = FRAME;

    pub(super) const INSTRUCTION: usize = FRAME + 7 * POINTER;
}

/// How far beyond its `YIELD_VALUE` a suspended generator's instruction pointer is, in bytes.
const PAST_YIELD: c_int = if cfg!(Py_3_13) { 2 } else { 0 };

static CALIBRATED: AtomicBool = AtomicBool::new(false);
/// The state of a generator that was not started; no state at all while the offsets are not known to fit.
static CREATED_STATE: AtomicI16 = AtomicI16::new(NO_STATE);
const NO_STATE: i16 = i16::MAX;
static CODE_START: AtomicUsize = AtomicUsize::new(0);

/// Checks the offsets against what Python says of two generators.
///
/// # Errors
/// Only what Python itself raises; offsets that do not fit are no error.
pub fn calibrate(py: Python<'_>) -> PyResult<()> {
    calls::find_generator_functions();
    let source = c"def probe():\n    x = yield 1\n    yield (x, 2)\n\
                   def other(a, b):\n    a = b\n    yield a\n\
                   def handling():\n    try:\n        raise KeyError\n\
                   \x20   except KeyError as error:\n        yield error\n";
    let names = PyDict::new(py);
    py.run(source, Some(&names), None)?;
    let made = |name: &str, args: usize| {
        let function = names.as_any().get_item(name)?;
        function.call1(PyTuple::new(py, vec![0; args])?)
    };
    let (first, second) = (made("probe", 0)?, made("other", 2)?);
    let created = raw_state(&first);
    let mut fits = created == raw_state(&second);
    first.call_method0("__next__")?;
    let suspended = raw_state(&first);
    CODE_START.store(measure_code_start(&first)?, Ordering::Relaxed);
    fits = fits && suspended != created && agrees(&first)? && agrees(&second)?;
    first.call_method1("send", (0,))?;
    second.call_method0("__next__")?;
    fits = fits && raw_state(&first) == suspended && raw_state(&second) == suspended;
    fits = fits && agrees(&first)? && agrees(&second)?;
    let third = made("handling", 0)?;
    let handled = third.call_method0("__next__")?;
    let raw_handled = |generator: &Bound<'_, PyAny>| {
        // SAFETY: a generator object of every version is larger than the offset.
        unsafe { read::<*mut ffi::PyObject>(generator.as_ptr(), layout::HANDLED) }
    };
    fits = fits && raw_handled(&first).is_null() && raw_handled(&third) == handled.as_ptr();
    first.call_method0("close")?;
    fits = fits && raw_state(&first) != suspended && raw_state(&first) != created;
    let fits = fits && !cfg!(Py_3_14);
    let created = if fits { i16::from(created) } else { NO_STATE };
    CREATED_STATE.store(created, Ordering::Relaxed);
    CALIBRATED.store(fits, Ordering::Relaxed);
    Ok(())
}

/// How far into a code object its instructions begin.
fn measure_code_start(suspended: &Bound<'_, PyAny>) -> PyResult<usize> {
    let (code, instruction) = raw_code_and_instruction(suspended);
    Ok(instruction
        .wrapping_sub(code)
        .wrapping_sub(lasti(suspended)?))
}

fn lasti(generator: &Bound<'_, PyAny>) -> PyResult<usize> {
    generator.getattr("gi_frame")?.getattr("f_lasti")?.extract()
}

fn raw_code_and_instruction(generator: &Bound<'_, PyAny>) -> (usize, usize) {
    // SAFETY: a generator with a frame reaches to these offsets in every version.
    unsafe {
        (
            read(generator.as_ptr(), layout::CODE),
            read(generator.as_ptr(), layout::INSTRUCTION),
        )
    }
}

fn raw_state(generator: &Bound<'_, PyAny>) -> i8 {
    // SAFETY: a generator object of every version is larger than the offset.
    unsafe { read(generator.as_ptr(), layout::STATE) }
}

/// Whether the code and the instruction that lie in the generator are those that Python reports.
fn agrees(generator: &Bound<'_, PyAny>) -> PyResult<bool> {
    let code = generator.getattr("gi_code")?;
    let (raw_code, raw_instruction) = raw_code_and_instruction(generator);
    Ok(raw_code == code.as_ptr() as usize
        && raw_instruction.wrapping_sub(code_start(raw_code)) == lasti(generator)?)
}

#[inline]
fn code_start(code: usize) -> usize {
    code.wrapping_add(CODE_START.load(Ordering::Relaxed))
}

/// How far behind a code object's start the instruction of a `YIELD_VALUE` at offset 0 would lie.
fn before_offsets() -> c_int {
    #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
    // it is the size of a structure
    let start = CODE_START.load(Ordering::Relaxed) as c_int;
    start + PAST_YIELD
}

/// # Safety
/// `object` must be valid and reach to `offset` and a `T` beyond it.
#[inline]
unsafe fn read<T: Copy>(object: *mut ffi::PyObject, offset: usize) -> T {
    // SAFETY: by the caller's word; fields of objects are aligned.
    unsafe { object.cast::<u8>().add(offset).cast::<T>().read() }
}

/// Whether this is a generator, and not an object that behaves like one.
#[inline]
pub fn is_generator(object: &Ref) -> bool {
    object.type_ptr() == &raw mut ffi::PyGen_Type
}

/// Whether a generator has not been started.
#[allow(clippy::inline_always)] // it is a comparison
#[inline(always)]
pub fn is_new(generator: &Ref) -> bool {
    // SAFETY: a generator object of every version is larger than the offset; where what lies there is not
    // known to be the state, it equals none.
    let state: i8 = unsafe { read(generator.as_ptr(), layout::STATE) };
    let created = CREATED_STATE.load(Ordering::Relaxed);
    i16::from(state) == created
        || (created == NO_STATE && is_new_by_attributes(generator).unwrap_or(false))
}

#[cold]
fn is_new_by_attributes(generator: &Ref) -> PyResult<bool> {
    with_bound(generator, |generator| {
        Ok(!generator.getattr("gi_frame")?.is_none()
            && !generator.getattr("gi_running")?.is_truthy()?
            && !generator.getattr("gi_suspended")?.is_truthy()?)
    })
}

/// Calls `f` with the object as `PyO3` sees it.
pub fn with_bound<T>(object: &Ref, f: impl FnOnce(&Bound<'_, PyAny>) -> T) -> T {
    with_python(|py| {
        // SAFETY: `object` keeps the object alive for the call.
        let bound = unsafe { Bound::from_borrowed_ptr(py, object.as_ptr()) };
        f(&bound)
    })
}

/// Where a generator is suspended.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// The code object, borrowed from the generator.
    pub code: *mut ffi::PyObject,
    /// How far behind the code object's start its instruction lies, in bytes; negative when it is not known.
    pub distance: c_int,
}

impl Site {
    /// The site of something that has no code: a program without a body.
    pub const NOWHERE: Self = Self {
        code: ptr::null_mut(),
        distance: -1,
    };

    /// The offset of the `YIELD_VALUE` in the code, in bytes; negative when it is not known.
    pub fn offset(self) -> c_int {
        self.distance - before_offsets()
    }
}

/// The address of the instruction at which a suspended generator waits, which no two sites share while
/// their code lives; `None` where that cannot be read.
#[inline]
pub fn instruction(generator: &Ref) -> Option<usize> {
    // SAFETY: the offsets were found to fit; a suspended generator has its frame.
    (is_generator(generator) && CALIBRATED.load(Ordering::Relaxed))
        .then(|| unsafe { read(generator.as_ptr(), layout::INSTRUCTION) })
}

/// Where a suspended generator is; [`Site::NOWHERE`] for what is no generator.
#[inline]
pub fn site(generator: &Ref) -> Site {
    if !is_generator(generator) {
        return Site::NOWHERE;
    }
    if !CALIBRATED.load(Ordering::Relaxed) {
        return site_by_attributes(generator).unwrap_or(Site::NOWHERE);
    }
    // SAFETY: the offsets were found to fit; a suspended generator has its frame, which owns the
    // code object.
    unsafe {
        let code: *mut ffi::PyObject = read(generator.as_ptr(), layout::CODE);
        assert_unchecked(!code.is_null());
        let instruction: usize = read(generator.as_ptr(), layout::INSTRUCTION);
        #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)] // code is no longer
        let distance = instruction.wrapping_sub(code as usize) as c_int;
        Site { code, distance }
    }
}

#[cold]
fn site_by_attributes(generator: &Ref) -> PyResult<Site> {
    with_bound(generator, |generator| {
        let code = generator.getattr("gi_code")?;
        let lasti: c_int = generator
            .getattr("gi_frame")?
            .getattr("f_lasti")?
            .extract()?;
        // The generator owns the code object as long as it is suspended.
        Ok(Site {
            code: code.as_ptr(),
            distance: lasti - PAST_YIELD + before_offsets(),
        })
    })
}

/// How a generator answered.
pub enum Step {
    /// It yielded this.
    Yield(Ref),
    /// It returned this.
    Return(Ref),
    /// It raised this.
    Raise(Ref),
}

/// Sends a value; `None` starts a new generator.
#[allow(clippy::inline_always)] // its result is wide, and taken apart at once
#[inline(always)]
pub fn send(generator: &Ref, value: &Ref) -> Step {
    let (outcome, result) = send_raw(generator, value);
    match outcome {
        // SAFETY: the result was written, and is a new reference, where the outcome is one of these two.
        1 => Step::Yield(unsafe { owned(result) }),
        // SAFETY: as above.
        0 => Step::Return(unsafe { owned(result) }),
        _ => Step::Raise(take_error()),
    }
}

/// As [`send`], as C says it: 1 for a yield, 0 for a return, with a new reference to the object; or -1, and
/// an exception is set and the object, perhaps, not.
#[allow(clippy::inline_always)] // as above
#[inline(always)]
pub fn send_raw(generator: &Ref, value: &Ref) -> (c_int, MaybeUninit<*mut ffi::PyObject>) {
    let mut result = MaybeUninit::uninit();
    // SAFETY: both objects are valid for the call.
    unsafe {
        let outcome = if is_generator(generator) {
            calls::gen_send(generator.as_ptr(), value.as_ptr(), result.as_mut_ptr())
        } else {
            calls::iter_send(generator.as_ptr(), value.as_ptr(), result.as_mut_ptr())
        };
        (outcome, result)
    }
}

/// # Safety
/// `object` must be set, to a new reference.
#[inline]
pub unsafe fn owned(object: MaybeUninit<*mut ffi::PyObject>) -> Ref {
    // SAFETY: by the caller's word.
    unsafe {
        let object = object.assume_init();
        debug_assert!(!object.is_null());
        Ref::from_owned(NonNull::new_unchecked(object))
    }
}

/// Throws an exception at the `yield` where a generator is suspended.
pub fn throw(generator: &Ref, error: Ref) -> Step {
    if generator.type_ptr() == types().program_iterator {
        return program::throw(generator, error);
    }
    let error = &error;
    // In doeff's runs it is as CPython leaves it.
    let context = if note::is_silent() {
        None
    } else {
        Context::before(generator, error)
    };
    // SAFETY: the interpreter is held; the arguments are valid for the call, and what is not an
    // iterator of ours is a generator.
    let result = unsafe { Ref::from_result(calls::gen_throw(generator.as_ptr(), error.as_ptr())) };
    let step = match result {
        Some(yielded) => Step::Yield(yielded),
        None => returned_or_raised(),
    };
    if let Some(context) = context {
        context.restore(error);
    }
    step
}

/// The `__context__` of an exception that is thrown into a generator which handles another one.
///
/// CPython replaces it by the handled exception, and forgets what it was. A call that raises in an
/// `except` block appends the handled one to the chain instead; that is what is made of it as soon
/// as the generator has answered.
struct Context {
    before: Ref,
    handled: Ref,
}

impl Context {
    /// `None` where nothing will be lost.
    fn before(generator: &Ref, error: &Ref) -> Option<Self> {
        if !CALIBRATED.load(Ordering::Relaxed) || !is_generator(generator) {
            return None;
        }
        let before = context_of(error)?;
        // SAFETY: the offset was found to fit; the field is null or an object that the generator
        // keeps alive while it is suspended.
        let handled = unsafe {
            let handled: *mut ffi::PyObject = read(generator.as_ptr(), layout::HANDLED);
            let handled = Ref::from_borrowed(NonNull::new(handled)?);
            (ffi::PyExceptionInstance_Check(handled.as_ptr()) != 0).then_some(handled)?
        };
        let chained = chain(&handled).all(|known| known.as_ptr() != before.as_ptr());
        (chained && handled.as_ptr() != error.as_ptr()).then_some(Self { before, handled })
    }

    fn restore(self, error: &Ref) {
        let Self { before, handled } = self;
        if context_of(error).is_none_or(|now| now.as_ptr() != handled.as_ptr()) {
            return; // the program has given it another since
        }
        let mut last = None;
        for known in chain(&before) {
            if known.as_ptr() == handled.as_ptr() || known.as_ptr() == error.as_ptr() {
                last = None;
                break;
            }
            last = Some(known);
        }
        // SAFETY: all are exception objects; the setter takes over one reference.
        unsafe {
            if let Some(last) = last {
                ffi::PyException_SetContext(last.as_ptr(), handled.into_ptr());
            }
            ffi::PyException_SetContext(error.as_ptr(), before.into_ptr());
        }
    }
}

fn context_of(error: &Ref) -> Option<Ref> {
    // SAFETY: `error` is an exception object; the result is a new reference or null.
    unsafe { Ref::from_result(ffi::PyException_GetContext(error.as_ptr())) }
}

/// An exception and its contexts, as far as a program that made a cycle of them lets it end.
fn chain(error: &Ref) -> impl Iterator<Item = Ref> {
    std::iter::successors(Some(error.clone()), context_of).take(10_000)
}

/// A generator's `throw` reports a return as `StopIteration`, which it can raise in no other way.
fn returned_or_raised() -> Step {
    let error = take_error();
    // SAFETY: the class lives as long as the interpreter. A generator reports a return by this class,
    // and turns whatever it raises of it into `RuntimeError`.
    let stopped = unsafe { error.type_ptr().cast() == ffi::PyExc_StopIteration };
    if !stopped {
        return Step::Raise(error);
    }
    let value = with_bound(&error, |error| {
        error
            .getattr(intern!(error.py(), "value"))
            .map(|value| value.unbind().into_ptr())
    });
    match value {
        // SAFETY: the pointer was just taken from an owned reference.
        Ok(value) => Step::Return(unsafe { owned(MaybeUninit::new(value)) }),
        Err(_) => Step::Raise(error),
    }
}

/// Closes a generator as `generator.close()` does.
///
/// # Errors
/// What the generator raised instead of ending.
pub fn close(generator: &Ref) -> Result<(), Ref> {
    if generator.type_ptr() == types().program_iterator {
        return Ok(());
    }
    // SAFETY: as for `throw`.
    let closed = unsafe { Ref::from_result(calls::gen_close(generator.as_ptr())) };
    closed.map(drop).ok_or_else(take_error)
}

/// Closes a generator that nobody waits for: what it raises goes to `sys.unraisablehook`.
pub fn close_unraisable(generator: &Ref) {
    if let Err(error) = close(generator) {
        restore_error(error);
        write_unraisable(generator);
    }
}

/// Closes a generator as dropping its last reference does, and once for all: one that yields in its cleanup is not
/// closed again when it is dropped. What it raises goes to `sys.unraisablehook`.
#[inline(never)]
pub fn finalize(generator: &Ref) {
    if is_generator(generator) {
        // SAFETY: `generator` keeps it alive for the call.
        unsafe { calls::finalize(generator.as_ptr()) };
    } else {
        close_unraisable(generator);
    }
}
