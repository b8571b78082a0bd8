//! A stretch of address space, the beginning of which can be used.
#![expect(unsafe_code, reason = "calls of the system, and clearing memory that contracts wrote")]

use std::{io, ops::Range, ptr, ptr::NonNull, sync::OnceLock};

/// Most bytes that stay with a memory that nobody uses: what was touched beyond them goes back to the system.
pub const MAX_KEPT_BYTES: usize = 256 * 1024;
/// Most stretches that are kept of one memory: its stack, its data and its heap are three.
const MAX_KEPT_RANGES: usize = 8;
/// Stretches with no more pages than this between them are kept as one: a call of the system costs more than
/// clearing a few pages.
const JOINED_GAP_PAGES: usize = 4;
/// Every so many uses it is looked up which pages were touched.
const USES_BETWEEN_LOOKS: u32 = 16;
/// Every so many uses all is given back, so that what one call has touched is not cleared forever.
const USES_BETWEEN_FRESH_STARTS: u32 = 4096;

/// Address space of its own, readable and writable from its beginning to `usable`, inaccessible behind that.
///
/// Invariant: all bytes in use are zero when it is new and after [`clear`](Self::clear), and so is everything
/// behind `usable` at any time.
#[derive(Debug)]
pub(crate) struct Mapping {
    base: NonNull<u8>,
    reserved: usize,
    usable: usize,
    /// What is cleared by writing zeros: in ascending order, apart from each other, in whole pages. Which pages
    /// these are is a matter of time only: all others are given back, which clears them as well.
    kept: Vec<Range<usize>>,
    uses: u32,
}

// SAFETY: the mapping owns its address space, and `base` is nothing but its address: it is used through `&mut self`
// here, and by the one instance that the memory was given to.
unsafe impl Send for Mapping {}
// SAFETY: nothing is read or written through `&self`.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Reserves address space, none of which can be used yet.
    pub(crate) fn reserve(bytes: usize) -> io::Result<Self> {
        // SAFETY: an anonymous mapping at an address that the system chooses touches no memory of ours.
        let base = unsafe {
            libc::mmap(
                ptr::null_mut(),
                bytes,
                libc::PROT_NONE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { base, reserved: bytes, usable: 0, kept: Vec::new(), uses: 0 })
    }

    /// Where it begins.
    pub(crate) const fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Makes exactly the first `bytes`, whole pages, usable. What becomes usable is zero; what stops being
    /// usable must be.
    pub(crate) fn resize(&mut self, bytes: usize) -> io::Result<()> {
        if bytes > self.reserved || !bytes.is_multiple_of(page()) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let (range, protection) = if bytes >= self.usable {
            (self.usable..bytes, libc::PROT_READ | libc::PROT_WRITE)
        } else {
            (bytes..self.usable, libc::PROT_NONE)
        };
        if !range.is_empty() {
            // SAFETY: whole pages inside of our own mapping, to which no reference exists.
            let status =
                unsafe { libc::mprotect(self.at(range.start).cast(), range.len(), protection) };
            if status != 0 {
                return Err(io::Error::last_os_error());
            }
        }
        self.usable = bytes;
        Ok(())
    }

    /// Makes every usable byte zero.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        match self.uses % USES_BETWEEN_FRESH_STARTS {
            0 => self.kept.clear(),
            uses if uses % USES_BETWEEN_LOOKS == 1 => self.kept = self.touched()?,
            _ => {}
        }
        self.uses = self.uses.wrapping_add(1);
        let mut from = 0;
        for index in 0..self.kept.len() {
            // What was kept of a larger memory than this one became is behind its end, and zero.
            let kept =
                self.kept[index].start.min(self.usable)..self.kept[index].end.min(self.usable);
            self.give_back(from..kept.start)?;
            // SAFETY: inside of the usable part of our own mapping, to which no reference exists.
            unsafe { self.at(kept.start).write_bytes(0, kept.len()) };
            from = kept.end;
        }
        self.give_back(from..self.usable)
    }

    /// Gives pages back: the next access finds zeros there, in whatever state they were (swapped out, too).
    fn give_back(&mut self, range: Range<usize>) -> io::Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        // SAFETY: whole pages inside of our own private anonymous mapping, to which no reference exists.
        let status =
            unsafe { libc::madvise(self.at(range.start).cast(), range.len(), libc::MADV_DONTNEED) };
        if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Which pages are in memory: those to be kept, at most [`MAX_KEPT_BYTES`]. The answer decides nothing but
    /// how a page is cleared.
    fn touched(&self) -> io::Result<Vec<Range<usize>>> {
        let mut resident = vec![0_u8; self.usable / page()];
        // SAFETY: the range is inside of our own mapping, and there is a byte for each of its pages.
        let status =
            unsafe { libc::mincore(self.at(0).cast(), self.usable, resident.as_mut_ptr()) };
        if status == 0 { Ok(kept(&resident)) } else { Err(io::Error::last_os_error()) }
    }

    /// The address `offset` bytes behind the beginning.
    fn at(&self, offset: usize) -> *mut u8 {
        debug_assert!(offset <= self.reserved);
        // SAFETY: inside of the mapping, or one behind its end.
        unsafe { self.base.as_ptr().add(offset) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: our own mapping, which nobody uses after this.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.reserved) };
    }
}

/// The stretches to keep of pages that are `resident` (lowest bit of each byte).
fn kept(resident: &[u8]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (index, _) in resident.iter().enumerate().filter(|(_, state)| **state & 1 == 1) {
        match ranges.last_mut() {
            Some(last) if index - last.end <= JOINED_GAP_PAGES => last.end = index + 1,
            _ => ranges.push(index..index + 1),
        }
    }
    ranges.truncate(MAX_KEPT_RANGES);
    let mut room = MAX_KEPT_BYTES / page();
    for range in &mut ranges {
        range.end = range.end.min(range.start + room);
        room -= range.len();
    }
    ranges.retain(|range| !range.is_empty());
    ranges.iter().map(|range| range.start * page()..range.end * page()).collect()
}

/// Bytes of a page of this system.
pub(crate) fn page() -> usize {
    static PAGE: OnceLock<usize> = OnceLock::new();
    // SAFETY: asks for a constant.
    *PAGE.get_or_init(|| {
        usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All usable bytes.
    fn bytes(mapping: &mut Mapping) -> &mut [u8] {
        // SAFETY: usable, initialised by the system, and borrowed as long as the mapping.
        unsafe { std::slice::from_raw_parts_mut(mapping.base().as_ptr(), mapping.usable) }
    }

    /// Numbers without a pattern, the same in every run.
    fn next(state: &mut usize) -> usize {
        *state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    #[test]
    fn every_byte_is_zero_after_clearing_whatever_was_touched() {
        let unit = 64 * 1024;
        let mut mapping = Mapping::reserve(64 * unit).unwrap();
        let zeros = vec![0; 16 * unit];
        let mut state = 1;
        for round in 0..2 * USES_BETWEEN_FRESH_STARTS {
            let size = (2 + next(&mut state) % 3) * unit;
            mapping.resize(size).unwrap();
            let grown =
                if round % 64 == 5 { 16 * unit } else { size + next(&mut state) % 2 * unit };
            mapping.resize(grown).unwrap();
            let memory = bytes(&mut mapping);
            assert!(memory == &zeros[..grown], "round {round}");
            if round % 64 == 5 {
                memory.fill(0xff);
            }
            for _ in 0..next(&mut state) % 20 {
                memory[next(&mut state) % grown] = 1;
            }
            memory[grown - 1] = 1;
            mapping.clear().unwrap();
            assert!(
                mapping.kept.iter().map(ExactSizeIterator::len).sum::<usize>() <= MAX_KEPT_BYTES
            );
        }
    }

    #[test]
    fn what_is_kept_is_bounded_and_in_order() {
        let pages = |resident: &[u8]| -> Vec<_> {
            kept(resident).iter().map(|range| (range.start / page(), range.end / page())).collect()
        };
        assert!(pages(&[]).is_empty() && pages(&[0; 100]).is_empty());
        assert_eq!(pages(&[0, 1, 0, 0, 1, 1]), [(1, 6)]);
        let far = |resident: &[usize]| {
            let mut states = vec![0; 1000];
            resident.iter().for_each(|index| states[*index] = 1);
            pages(&states)
        };
        assert_eq!(far(&[0, 100]), [(0, 1), (100, 101)]);
        let many: Vec<_> = (0..20).map(|index| 50 * index).collect();
        assert_eq!(far(&many).len(), MAX_KEPT_RANGES);
        let most = MAX_KEPT_BYTES / page();
        assert_eq!(pages(&vec![1; 3 * most]), [(0, most)]);
    }

    #[test]
    fn nothing_but_whole_pages_of_what_is_reserved_becomes_usable() {
        let mut mapping = Mapping::reserve(4 * page()).unwrap();
        assert!(mapping.resize(5 * page()).is_err() && mapping.resize(page() / 2).is_err());
        assert_eq!(mapping.usable, 0);
        mapping.resize(4 * page()).unwrap();
        mapping.resize(0).unwrap();
        mapping.clear().unwrap();
    }
}
