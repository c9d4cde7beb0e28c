//! Counting what is requested of CPython's allocators.
//!
//! Each of the three domains (raw, mem, obj) is wrapped before the interpreter starts. A block gets a
//! head that remembers its size and links it to the others of its domain, so that what is alive can be
//! counted exactly and looked through. CPython's own allocator of small blocks asks the raw domain for
//! memory in its turn; what is requested within another request is not counted.

use std::cell::Cell;
use std::ffi::c_void;
use std::fmt;
use std::ptr;
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::{Result, ensure};
use pyo3::ffi::{
    Py_IsInitialized, PyMem_GetAllocator, PyMem_SetAllocator, PyMemAllocatorDomain,
    PyMemAllocatorEx,
};

use super::counter::Counter;

/// One of CPython's domains.
#[derive(Debug)]
pub struct Domain {
    /// How it is called.
    pub name: &'static str,
    /// What was requested of it.
    pub counter: Counter,
    inner: OnceLock<Inner>,
    /// The head of the block that was given out last.
    newest: Mutex<Newest>,
}

/// CPython's domains: raw, mem and obj.
pub static DOMAINS: [Domain; 3] = [Domain::new("raw"), Domain::new("mem"), Domain::new("obj")];

#[derive(Clone, Copy)]
struct Inner(PyMemAllocatorEx);

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inner")
    }
}

// SAFETY: CPython's raw allocator may be called from every thread, the others from whichever holds
// the interpreter; the functions are called as CPython calls ours.
unsafe impl Send for Inner {}
// SAFETY: as above; the struct itself is only read.
unsafe impl Sync for Inner {}

#[derive(Debug)]
struct Newest(*mut Head);

// SAFETY: the pointers are followed and changed under the lock alone.
unsafe impl Send for Newest {}

/// What lies before each block. Its alignment is that of `malloc`, so the block keeps that.
#[repr(C, align(16))]
struct Head {
    older: *mut Head,
    newer: *mut Head,
    size: usize,
    counted: bool,
}

thread_local! {
    /// Whether this thread is within a request.
    static REQUESTING: Cell<bool> = const { Cell::new(false) };
}

/// Wraps the allocators.
///
/// # Errors
/// When the interpreter has started: blocks without a head are about.
pub fn install() -> Result<()> {
    // SAFETY: may be called at any time.
    let has_started = unsafe { Py_IsInitialized() } != 0;
    ensure!(
        !has_started,
        "the allocators must be wrapped before the interpreter starts"
    );
    let kinds = [
        PyMemAllocatorDomain::PYMEM_DOMAIN_RAW,
        PyMemAllocatorDomain::PYMEM_DOMAIN_MEM,
        PyMemAllocatorDomain::PYMEM_DOMAIN_OBJ,
    ];
    for (domain, kind) in DOMAINS.iter().zip(kinds) {
        let mut inner = NO_ALLOCATOR;
        let mut outer = PyMemAllocatorEx {
            ctx: ptr::from_ref(domain).cast_mut().cast(),
            malloc: Some(malloc),
            calloc: Some(calloc),
            realloc: Some(realloc),
            free: Some(free),
        };
        // SAFETY: no interpreter runs, so nothing has been requested that could come back. The
        // structs live for the calls, and the domain, which the new one refers to, for ever.
        unsafe {
            PyMem_GetAllocator(kind, &raw mut inner);
            ensure!(domain.inner.set(Inner(inner)).is_ok(), "wrapped already");
            PyMem_SetAllocator(kind, &raw mut outer);
        }
    }
    Ok(())
}

const NO_ALLOCATOR: PyMemAllocatorEx = PyMemAllocatorEx {
    ctx: ptr::null_mut(),
    malloc: None,
    calloc: None,
    realloc: None,
    free: None,
};

impl Domain {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            counter: Counter::new(),
            inner: OnceLock::new(),
            newest: Mutex::new(Newest(ptr::null_mut())),
        }
    }

    /// Shows each counted block that is alive, with its size. The interpreter must be held.
    pub fn visit(&self, mut visit: impl FnMut(*const u8, usize)) {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let mut head = newest.0;
        while !head.is_null() {
            // SAFETY: the heads in the list are those of blocks that are alive, under its lock.
            unsafe {
                if (*head).counted {
                    visit(head.add(1).cast(), (*head).size);
                }
                head = (*head).older;
            }
        }
    }

    /// Fills in the head of a new block, and gives the block.
    ///
    /// # Safety
    /// `head` must be null or the beginning of memory for a head and `size` bytes.
    unsafe fn link(&self, head: *mut Head, size: usize, counted: bool) -> *mut c_void {
        if head.is_null() {
            return ptr::null_mut();
        }
        if counted {
            self.counter.given(size);
        }
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: by the caller's word; the list's heads are valid under its lock.
        unsafe {
            head.write(Head {
                older: newest.0,
                newer: ptr::null_mut(),
                size,
                counted,
            });
            if !newest.0.is_null() {
                (*newest.0).newer = head;
            }
            newest.0 = head;
            head.add(1).cast()
        }
    }

    /// Takes a block out of the list, and gives its head.
    ///
    /// # Safety
    /// `block` must come from [`link`](Self::link) of this domain.
    unsafe fn unlink(&self, block: *mut c_void) -> *mut Head {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: by the caller's word the head lies before the block; its neighbours are valid.
        unsafe {
            let head = block.cast::<Head>().sub(1);
            let Head {
                older,
                newer,
                size,
                counted,
            } = head.read();
            if newer.is_null() {
                newest.0 = older;
            } else {
                (*newer).older = older;
            }
            if !older.is_null() {
                (*older).newer = newer;
            }
            if counted {
                self.counter.taken(size);
            }
            head
        }
    }

    fn inner(&self) -> PyMemAllocatorEx {
        self.inner.get().map_or(NO_ALLOCATOR, |inner| inner.0)
    }
}

/// The domain that a hook was installed for.
///
/// # Safety
/// `context` must be the one that [`install`] gave CPython.
unsafe fn domain<'a>(context: *mut c_void) -> &'a Domain {
    // SAFETY: by the caller's word it points to one of the statics.
    unsafe { &*context.cast::<Domain>() }
}

/// Makes a request, and tells it whether it is to be counted.
fn request<T>(request: impl FnOnce(bool) -> T) -> T {
    let within = REQUESTING.replace(true);
    let result = request(!within);
    REQUESTING.set(within);
    result
}

extern "C" fn malloc(context: *mut c_void, size: usize) -> *mut c_void {
    request(|counted| {
        // SAFETY: CPython gives the context, and the wrapped function gives null or so many bytes.
        unsafe {
            let domain = domain(context);
            let PyMemAllocatorEx { ctx, malloc, .. } = domain.inner();
            let (Some(malloc), Some(total)) = (malloc, size.checked_add(size_of::<Head>())) else {
                return ptr::null_mut();
            };
            domain.link(malloc(ctx, total).cast(), size, counted)
        }
    })
}

extern "C" fn calloc(context: *mut c_void, count: usize, each: usize) -> *mut c_void {
    request(|counted| {
        // SAFETY: as for `malloc`.
        unsafe {
            let domain = domain(context);
            let PyMemAllocatorEx { ctx, calloc, .. } = domain.inner();
            let size = count.checked_mul(each);
            let total = size.and_then(|size| size.checked_add(size_of::<Head>()));
            let (Some(calloc), Some(size), Some(total)) = (calloc, size, total) else {
                return ptr::null_mut();
            };
            domain.link(calloc(ctx, 1, total).cast(), size, counted)
        }
    })
}

extern "C" fn realloc(context: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
    if block.is_null() {
        return malloc(context, size);
    }
    request(|counted| {
        // SAFETY: as for `malloc`; the block comes from this domain. Where the wrapped function
        // fails, the block stays what it was.
        unsafe {
            let domain = domain(context);
            let PyMemAllocatorEx { ctx, realloc, .. } = domain.inner();
            let (Some(realloc), Some(total)) = (realloc, size.checked_add(size_of::<Head>()))
            else {
                return ptr::null_mut();
            };
            let old = domain.unlink(block);
            let Head {
                size: old_size,
                counted: old_counted,
                ..
            } = old.read();
            let new = realloc(ctx, old.cast(), total).cast::<Head>();
            if new.is_null() {
                domain.link(old, old_size, old_counted);
                return ptr::null_mut();
            }
            domain.link(new, size, counted)
        }
    })
}

extern "C" fn free(context: *mut c_void, block: *mut c_void) {
    if block.is_null() {
        return;
    }
    request(|_| {
        // SAFETY: as for `realloc`.
        unsafe {
            let domain = domain(context);
            let PyMemAllocatorEx { ctx, free, .. } = domain.inner();
            let head = domain.unlink(block);
            if let Some(free) = free {
                free(ctx, head.cast());
            }
        }
    });
}
