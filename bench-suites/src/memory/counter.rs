//! What is requested of an allocator, and what of that is alive.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

/// Blocks up to this size are also counted by size.
const SIZES: usize = 512;

/// A number of blocks for each size.
pub type BySize = [i64; SIZES + 1];

/// Counts of one allocator.
#[derive(Debug)]
pub struct Counter {
    requests: AtomicU64,
    bytes: AtomicI64,
    blocks_by_size: [AtomicI64; SIZES + 1],
}

/// What is alive in all counters together, and the most that was since [`peak_from_now`].
static ALIVE: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

/// Begins to look for the peak anew; gives the bytes that are alive now.
pub fn peak_from_now() -> i64 {
    let alive = ALIVE.load(Relaxed);
    PEAK.store(alive, Relaxed);
    alive
}

/// The most bytes that were alive at once, in all counters together, since [`peak_from_now`].
pub fn peak() -> i64 {
    PEAK.load(Relaxed)
}

/// What a [`Counter`] says at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Calls that asked for memory, a change of a block's size included.
    pub requests: u64,
    /// Requested bytes that are alive.
    pub bytes: i64,
}

impl Default for Counter {
    fn default() -> Self {
        Self::new()
    }
}

impl Counter {
    /// One that has counted nothing.
    pub const fn new() -> Self {
        Self {
            requests: AtomicU64::new(0),
            bytes: AtomicI64::new(0),
            blocks_by_size: [const { AtomicI64::new(0) }; SIZES + 1],
        }
    }

    /// A block of so many bytes was given out.
    pub fn given(&self, size: usize) {
        self.requests.fetch_add(1, Relaxed);
        self.alive(size, 1);
    }

    /// A block of so many bytes was taken back.
    pub fn taken(&self, size: usize) {
        self.alive(size, -1);
    }

    fn alive(&self, size: usize, blocks: i64) {
        // No block is larger than `isize::MAX`.
        let bytes = blocks * size.cast_signed() as i64;
        self.bytes.fetch_add(bytes, Relaxed);
        let all = ALIVE.fetch_add(bytes, Relaxed) + bytes;
        if bytes > 0 {
            PEAK.fetch_max(all, Relaxed);
        }
        if let Some(count) = self.blocks_by_size.get(size) {
            count.fetch_add(blocks, Relaxed);
        }
    }

    /// What is counted now.
    pub fn read(&self) -> Reading {
        Reading {
            requests: self.requests.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
        }
    }

    /// How many blocks of each size are alive; without those above 512 bytes.
    pub fn blocks_by_size(&self) -> BySize {
        self.blocks_by_size
            .each_ref()
            .map(|count| count.load(Relaxed))
    }
}

/// What Rust's side of this process has requested, where [`Counting`] is its allocator.
pub static RUST: Counter = Counter::new();

/// The system's allocator, counting in [`RUST`].
#[derive(Debug)]
pub struct Counting;

// SAFETY: every call is handed on as it is to the system's allocator; the counters neither allocate
// nor panic.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's word is handed on.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            RUST.given(layout.size());
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        RUST.taken(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) };
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        let block = unsafe { System.alloc_zeroed(layout) };
        if !block.is_null() {
            RUST.given(layout.size());
        }
        block
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        let block = unsafe { System.realloc(old, layout, size) };
        if !block.is_null() {
            RUST.taken(layout.size());
            RUST.given(size);
        }
        block
    }
}

#[cfg(test)]
mod tests {
    use std::alloc::{GlobalAlloc as _, Layout};

    use super::{Counter, Counting, RUST, Reading};

    #[test]
    fn the_allocator_counts_what_it_gives_and_takes() {
        let layout = Layout::array::<u64>(4).expect("is small");
        let larger = Layout::array::<u64>(60).expect("is small");
        let bytes = || RUST.read().bytes;
        // SAFETY: the layouts are not empty, and each block goes back with the layout it has then.
        unsafe {
            let block = Counting.alloc(layout);
            assert_eq!(bytes(), 32);
            let block = Counting.realloc(block, layout, larger.size());
            assert_eq!(bytes(), 480);
            let zeroed = Counting.alloc_zeroed(layout);
            assert_eq!(bytes(), 512);
            assert_eq!(
                [32, 480].map(|size: usize| RUST.blocks_by_size()[size]),
                [1, 1]
            );
            Counting.dealloc(block, larger);
            Counting.dealloc(zeroed, layout);
        }
        assert_eq!((bytes(), RUST.read().requests), (0, 3));
    }

    #[test]
    fn what_was_taken_back_is_not_alive_but_was_requested() {
        let counter = Counter::new();
        counter.given(24);
        counter.given(24);
        counter.given(100_000);
        counter.taken(24);
        let (requests, bytes) = (3, 100_024);
        assert_eq!(counter.read(), Reading { requests, bytes });
        let by_size = counter.blocks_by_size();
        assert_eq!((by_size[24], by_size.iter().sum::<i64>()), (1, 1));
    }
}
