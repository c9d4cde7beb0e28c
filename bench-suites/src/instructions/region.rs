//! The part of a process that is counted.
//!
//! A program that valgrind runs can ask things of it by an instruction sequence that does nothing on
//! the processor itself (`valgrind.h` describes it). Here it asks callgrind to begin and to end: what
//! comes before, the start of the interpreter mostly, then takes half the time. Where the sequence is
//! not known, everything is counted, and differences between runs come out the same.

/// What callgrind must be told for it to begin when it is asked.
pub(super) const OPTION: &str = if cfg!(target_arch = "x86_64") {
    "--instr-atstart=no"
} else {
    "--instr-atstart=yes"
};

/// The numbers of callgrind's requests, from `callgrind.h`.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Request {
    Begin = BASE + 4,
    End = BASE + 5,
}

/// Where those numbers begin: with the tool's initials.
const BASE: u64 = (b'C' as u64) << 24 | (b'T' as u64) << 16;

/// Runs `f`, and counts it.
pub(crate) fn counted<T>(f: impl FnOnce() -> T) -> T {
    ask(Request::Begin);
    let result = f();
    ask(Request::End);
    result
}

#[cfg(target_arch = "x86_64")]
fn ask(request: Request) {
    let arguments = [request as u64, 0, 0, 0, 0, 0];
    // SAFETY: on the processor itself the rotations add up to two whole turns and the exchange is of
    // a register with itself. Valgrind reads the arguments and writes its answer to RDX.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") &raw const arguments,
            inout("rdx") 0_u64 => _,
            options(nostack),
        );
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn ask(_: Request) {}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn outside_of_valgrind_it_is_as_if_nothing_was_asked() {
        assert_eq!(counted(|| 7), 7);
    }
}
