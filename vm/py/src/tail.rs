//! Which `yield`s are in tail position.
//!
//! A generator suspended at `return (yield x)`, with no exception handler around it, can do nothing
//! with what it is sent but return it. Sending `None` finishes it on the spot, which is many times
//! cheaper than closing it, and its frame is gone before the continuation goes on. Each code object
//! is analysed once, from its bytecode; on a version whose bytecode is not known here, or where
//! anything looks unfamiliar, no `yield` counts as one in tail position.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicIsize, Ordering};

use pyo3::types::{PyAnyMethods, PyBytes, PyBytesMethods, PyTypeMethods};
use pyo3::{Bound, PyAny, PyResult, Python, ffi, intern};

use crate::generator::{Site, instruction, site, with_bound};
use crate::object::{Ref, with_python};
use crate::types::types;

/// What follows a `yield`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tail {
    /// More code, or something that could catch an exception.
    No,
    /// `return` of what the `yield` gives: `return (yield x)`, `return (yield from x)`.
    Return,
    /// The end of the function, whatever the `yield` gives: a last statement `yield x`.
    End,
}

/// A `yield` in tail position.
#[derive(Clone, Copy)]
struct TailYield {
    /// The offset of its `YIELD_VALUE`.
    offset: i32,
    tail: Tail,
    /// It is that of a `yield from`, and so in tail position only if what it delegates to is.
    delegates: bool,
}

/// What is known of a code object.
#[derive(Default)]
struct Tails {
    yields: Vec<TailYield>,
    /// The lines at which doeff has found a tail resume.
    marked: Vec<u32>,
}

static EXTRA_INDEX: AtomicIsize = AtomicIsize::new(-1);

/// Reserves the slot of code objects where the analysis is kept.
pub fn init() {
    if cfg!(any(Py_3_14, Py_GIL_DISABLED)) || EXTRA_INDEX.load(Ordering::Relaxed) >= 0 {
        return;
    }
    // SAFETY: the interpreter is held; `free_tails` frees what `analyse_once` puts there.
    let index = unsafe { ffi::PyUnstable_Eval_RequestCodeExtraIndex(free_tails) };
    EXTRA_INDEX.store(index, Ordering::Relaxed);
}

unsafe extern "C" fn free_tails(extra: *mut c_void) {
    if !extra.is_null() {
        // SAFETY: CPython frees a code object while the interpreter is held.
        unsafe { *KNOWN.0.get() = [(0, Tail::No); LATEST] };
        // SAFETY: CPython gives back what `analyse_once` stored, once.
        drop(unsafe { Box::from_raw(extra.cast::<Tails>()) });
    }
}

/// What was found out of late, by the address of the instruction. All of it is forgotten when a code
/// object goes, at whose address another may come to lie.
struct Latest(UnsafeCell<[(usize, Tail); LATEST]>);

const LATEST: usize = 512;

// SAFETY: only reached by `latest` and `free_tails`, which hold the interpreter and call nothing.
unsafe impl Sync for Latest {}

static KNOWN: Latest = Latest(UnsafeCell::new([(0, Tail::No); LATEST]));

#[inline]
fn latest<'a>(instruction: usize) -> &'a mut (usize, Tail) {
    let index = (instruction >> 1) % LATEST;
    // SAFETY: the interpreter is held, and no caller keeps the entry while it calls anything.
    unsafe { &mut (*KNOWN.0.get())[index] }
}

/// What follows the `yield` at which a generator is suspended.
#[inline]
pub fn tail_of(generator: &Ref) -> Tail {
    if let Some(instruction) = instruction(generator) {
        let (known, tail) = *latest(instruction);
        if known == instruction {
            return tail;
        }
    }
    find_out(generator)
}

#[cold]
fn find_out(generator: &Ref) -> Tail {
    let site = site(generator);
    // Without a table nobody would say when the code object goes.
    let Some(tails) = table(site) else {
        return Tail::No;
    };
    let found = tails
        .yields
        .iter()
        .find(|found| found.offset == site.offset());
    match found {
        // What a `yield from` delegates to is asked each time.
        Some(found) if found.delegates && !delegates_to_program(generator) => Tail::No,
        Some(found) if found.delegates => found.tail,
        found => {
            let tail = found.map_or(Tail::No, |found| found.tail);
            if let Some(instruction) = instruction(generator) {
                *latest(instruction) = (instruction, tail);
            }
            tail
        }
    }
}

/// Whether `yield from` is at one of our programs, whose iterator has nothing left to do but return
/// what it is sent, and not at a generator that has code of its own.
fn delegates_to_program(generator: &Ref) -> bool {
    with_bound(generator, |generator| {
        let inner = generator.getattr(intern!(generator.py(), "gi_yieldfrom"));
        inner.is_ok_and(|inner| inner.get_type().as_type_ptr() == types().program_iterator)
    })
}

/// The table of a site's code object, which lives as long as that; `None` where there can be none.
fn table<'a>(site: Site) -> Option<&'a Tails> {
    if site.offset() < 0 {
        return None;
    }
    // SAFETY: it holds null or our table, which lives as long as the code object.
    unsafe { stored(site.code)?.as_ref() }
}

/// Where the table of a code object is stored, which is made if need be.
fn stored(code: *mut ffi::PyObject) -> Option<*mut Tails> {
    let index = EXTRA_INDEX.load(Ordering::Relaxed);
    if index < 0 || code.is_null() {
        return None;
    }
    let mut extra = ptr::null_mut();
    // SAFETY: the code object is alive; the slot was reserved, and holds null or our table.
    unsafe {
        if ffi::PyUnstable_Code_GetExtra(code, index, &raw mut extra) != 0 {
            ffi::PyErr_Clear();
            return None;
        }
        if extra.is_null() {
            extra = analyse_once(code, index);
        }
    }
    Some(extra.cast())
}

/// Takes over where doeff has found tail resumes in a function's code.
pub fn mark(code: &Ref, lines: &[u32]) {
    // SAFETY: null or a table, which nobody else looks at meanwhile.
    let tails = stored(code.as_ptr()).and_then(|stored| unsafe { stored.as_mut() });
    if let Some(tails) = tails.filter(|tails| tails.marked != lines) {
        tails.marked = lines.to_vec();
    }
}

/// Whether a generator is suspended at a line that doeff has marked.
pub fn is_marked(generator: &Ref) -> bool {
    let site = site(generator);
    let Some(tails) = table(site).filter(|tails| !tails.marked.is_empty()) else {
        return false;
    };
    // SAFETY: the generator keeps its code object, to which the offset belongs.
    let line = unsafe { ffi::PyCode_Addr2Line(site.code.cast(), site.offset()) };
    u32::try_from(line).is_ok_and(|line| tails.marked.contains(&line))
}

fn analyse_once(code: *mut ffi::PyObject, index: isize) -> *mut c_void {
    let tails = with_python(|py| {
        // SAFETY: the caller's site keeps the code object alive.
        let code = unsafe { Bound::from_borrowed_ptr(py, code) };
        Tails {
            yields: analyse(&code).unwrap_or_default(),
            marked: Vec::new(),
        }
    });
    let stored = Box::into_raw(Box::new(tails)).cast::<c_void>();
    // SAFETY: the slot was reserved with the function that frees this.
    unsafe {
        if ffi::PyUnstable_Code_SetExtra(code, index, stored) != 0 {
            ffi::PyErr_Clear();
            free_tails(stored);
            return ptr::null_mut();
        }
    }
    stored
}

fn analyse(code: &Bound<'_, PyAny>) -> PyResult<Vec<TailYield>> {
    let names = Opcodes::of_this_interpreter(code.py())?;
    let bytecode = code.getattr("co_code")?;
    let table = code.getattr("co_exceptiontable")?;
    let (bytecode, table) = (bytecode.cast::<PyBytes>()?, table.cast::<PyBytes>()?);
    Ok(Bytecode {
        names,
        bytes: bytecode.as_bytes(),
        handlers: handlers(table.as_bytes()).unwrap_or_else(|| vec![Handler::EVERYWHERE]),
    }
    .tails())
}

/// The numbers of the instructions that the analysis knows; 0 (which none of them has) where this
/// version does not have it.
struct Opcodes {
    yield_value: u8,
    resume: u8,
    return_value: u8,
    return_const: u8,
    load_const: u8,
    pop_top: u8,
    swap: u8,
    send: u8,
    end_send: u8,
    jump_forward: u8,
    jump_to_send: u8,
    cleanup_throw: u8,
    call_intrinsic_1: u8,
}

impl Opcodes {
    fn of_this_interpreter(py: Python<'_>) -> PyResult<Self> {
        let numbers = py.import("opcode")?.getattr("opmap")?;
        let number =
            |name: &str| -> PyResult<u8> { numbers.call_method1("get", (name, 0))?.extract() };
        Ok(Self {
            yield_value: number("YIELD_VALUE")?,
            resume: number("RESUME")?,
            return_value: number("RETURN_VALUE")?,
            return_const: number("RETURN_CONST")?,
            load_const: number("LOAD_CONST")?,
            pop_top: number("POP_TOP")?,
            swap: number("SWAP")?,
            send: number("SEND")?,
            end_send: number("END_SEND")?,
            jump_forward: number("JUMP_FORWARD")?,
            jump_to_send: number("JUMP_BACKWARD_NO_INTERRUPT")?,
            cleanup_throw: number("CLEANUP_THROW")?,
            call_intrinsic_1: number("CALL_INTRINSIC_1")?,
        })
    }
}

/// The argument of `CALL_INTRINSIC_1` that turns `StopIteration` into `RuntimeError`.
const STOPITERATION_ERROR: u8 = 3;

/// An entry of the exception table: the covered bytes and where they lead.
struct Handler {
    covered: std::ops::Range<usize>,
    target: usize,
}

impl Handler {
    /// Stands for a table that could not be read: it covers everything and leads nowhere known.
    const EVERYWHERE: Self = Self {
        covered: 0..usize::MAX,
        target: usize::MAX,
    };
}

struct Bytecode<'a> {
    names: Opcodes,
    bytes: &'a [u8],
    handlers: Vec<Handler>,
}

impl Bytecode<'_> {
    fn tails(&self) -> Vec<TailYield> {
        (0..self.bytes.len())
            .step_by(2)
            .filter(|&offset| self.is(offset, self.names.yield_value) && !self.is_covered(offset))
            .filter_map(|offset| {
                let (tail, delegates) = self.follows(offset)?;
                Some(TailYield {
                    offset: offset.try_into().ok()?,
                    tail,
                    delegates,
                })
            })
            .collect()
    }

    fn is(&self, offset: usize, opcode: u8) -> bool {
        opcode != 0 && self.bytes.get(offset) == Some(&opcode)
    }

    fn argument(&self, offset: usize) -> usize {
        self.bytes.get(offset + 1).map_or(0, |&byte| byte.into())
    }

    /// Whether an exception at this instruction would be looked at by code of the program. Since
    /// 3.12 one entry covers every generator, to convert `StopIteration`, and `yield from` has one
    /// of its own, which raises again what is not its concern; neither is the program's.
    fn is_covered(&self, offset: usize) -> bool {
        let converts = |target| {
            self.is(target, self.names.call_intrinsic_1)
                && self.bytes.get(target + 1) == Some(&STOPITERATION_ERROR)
        };
        let around = |offset| {
            let mut handlers = self.handlers.iter();
            let handler = handlers.find(|handler| handler.covered.contains(&offset))?;
            (!converts(handler.target)).then_some(handler.target)
        };
        match around(offset) {
            None => false,
            Some(target) if self.is(target, self.names.cleanup_throw) => around(target).is_some(),
            Some(_) => true,
        }
    }

    /// What follows the `YIELD_VALUE` at `offset`, if the function ends there, and whether it is that
    /// of a `yield from`.
    fn follows(&self, offset: usize) -> Option<(Tail, bool)> {
        let mut next = offset + 2;
        if self.is(next, self.names.resume) {
            next += 2;
        } else {
            return None;
        }
        let delegates = self.is(next, self.names.jump_to_send);
        if delegates {
            next = self.after_yield_from(next)?;
        }
        loop {
            if self.is(next, self.names.jump_forward) {
                next += 2 + 2 * self.argument(next);
            } else if self.is(next, self.names.swap)
                && self.argument(next) == 2
                && self.is(next + 2, self.names.pop_top)
            {
                // Leaving a `for` loop drops its iterator from below the result.
                next += 4;
            } else {
                break;
            }
        }
        if self.is(next, self.names.return_value) {
            return Some((Tail::Return, delegates));
        }
        let discards = self.is(next, self.names.pop_top);
        let returns_constant = self.is(next + 2, self.names.return_const)
            || self.is(next + 2, self.names.load_const)
                && self.is(next + 4, self.names.return_value);
        (discards && returns_constant).then_some((Tail::End, delegates))
    }

    /// Where a `yield from` loop, whose backward jump is at `jump`, goes on once it has ended.
    fn after_yield_from(&self, jump: usize) -> Option<usize> {
        let after = jump + 2;
        let send = after.checked_sub(2 * self.argument(jump))?;
        let cache = if cfg!(Py_3_12) { 2 } else { 0 };
        let exit = send + 2 + cache + 2 * self.argument(send);
        // In code that is moved out of the way, that of an `except` say, the loop's own handler lies
        // between the jump and the exit.
        let adjacent =
            exit == after || exit == after + 2 && self.is(after, self.names.cleanup_throw);
        if !self.is(send, self.names.send) || !adjacent {
            return None;
        }
        Some(if self.is(exit, self.names.end_send) {
            exit + 2
        } else {
            exit
        })
    }
}

/// Reads an exception table (CPython's `Objects/exception_handling_notes.txt` describes the
/// format): per entry start, length, target and depth, as big-endian groups of six bits.
fn handlers(table: &[u8]) -> Option<Vec<Handler>> {
    let mut bytes = table.iter().copied();
    let mut entries = Vec::new();
    while let Some(first) = bytes.next() {
        let start = number(first, &mut bytes)?;
        let mut rest = || number(bytes.next()?, &mut bytes);
        let (length, target, _depth) = (rest()?, rest()?, rest()?);
        entries.push(Handler {
            covered: start * 2..(start + length) * 2,
            target: target * 2,
        });
    }
    Some(entries)
}

fn number(first: u8, bytes: &mut impl Iterator<Item = u8>) -> Option<usize> {
    let mut byte = first;
    let mut value = usize::from(byte & 0x3f);
    while byte & 0x40 != 0 {
        byte = bytes.next()?;
        value = value << 6 | usize::from(byte & 0x3f);
    }
    Some(value)
}
