//! Finds all of many words in a text, overlapping ones too: in the order of where they begin, of those at one place the shorter first.
//!
//! An automaton of thousands of words is larger than a core's own memory and waits for it at nearly every octet. How words begin is
//! little enough to be kept as bits: at most places of a text one look says that no word begins there.

/// Octets that a look takes at once: those of a `u64`.
const WORD: usize = size_of::<u64>();
/// By so many of their first octets words are told apart, the shorter by fewer. Two Cyrillic or Arabic letters have four, and each pair
/// stands before many words.
const KEYS: [usize; 4] = [1, 2, 3, 6];
/// Bits for each word, so that few places pass that none begins at; a power of two.
const BITS_PER_WORD: usize = 16;
/// Most bits, as a power of two: 8 KiB lie beside the text in a core's own memory.
const MOST_BITS: u32 = 16;
/// Fewest bits: one `u64`.
const FEWEST_BITS: u32 = 6;

/// A word to be found.
#[derive(Clone, Copy, Debug)]
struct Needle {
    /// Its first octets, and zeros where it has fewer.
    head: u64,
    /// Its number.
    number: u32,
    /// Where its further octets begin in the row of them.
    tail: u32,
    /// How many octets it has.
    size: u16,
}

impl Needle {
    fn size(&self) -> usize {
        usize::from(self.size)
    }

    /// Whether a text goes on like the word's first octets.
    fn fits(&self, head: u64) -> bool {
        let behind = WORD.saturating_sub(self.size()) * u8::BITS as usize;
        (head ^ self.head) << behind == 0
    }
}

/// Words by a hash of some of their first octets.
#[derive(Clone, Debug)]
struct Table {
    /// Which octets these are.
    mask: u64,
    /// So many bits a hash has.
    bits: u32,
    /// Which hashes there are.
    starts: Vec<u64>,
    /// For each value of the upper bits of a hash, where its words begin among all; one more for the end.
    shelves: Vec<u32>,
    /// So many upper bits these are.
    shelf_bits: u32,
    needles: Vec<Needle>,
}

impl Table {
    fn new(octets: usize, mut needles: Vec<Needle>) -> Table {
        let bits = (needles.len() * BITS_PER_WORD).next_power_of_two().ilog2().clamp(FEWEST_BITS, MOST_BITS);
        let shelf_bits = needles.len().next_power_of_two().ilog2().min(bits);
        let mask = (1 << (octets * u8::BITS as usize)) - 1;
        let starts = vec![0; 1 << (bits - FEWEST_BITS)];
        let mut table = Table { mask, bits, starts, shelves: Vec::new(), shelf_bits, needles: Vec::new() };
        let hash_of = |needle: &Needle| table.hash(needle.head);
        needles.sort_by_key(|needle| (table.shelf(hash_of(needle)), needle.size()));
        let before = |shelf: usize| needles.partition_point(|needle| table.shelf(hash_of(needle)) < shelf);
        let shelves = (0..=1 << shelf_bits).map(|shelf| u32::try_from(before(shelf)).unwrap_or(u32::MAX)).collect();
        let hashes: Vec<usize> = needles.iter().map(hash_of).collect();
        hashes.into_iter().for_each(|hash| set(&mut table.starts, hash));
        needles.shrink_to_fit();
        Table { shelves, needles, ..table }
    }

    fn hash(&self, head: u64) -> usize {
        // 2^64 by the golden ratio (Knuth): the upper bits of a product hang together with all of its octets.
        let product = (head & self.mask).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        usize::try_from(product >> (u64::BITS - self.bits)).unwrap_or_default()
    }

    fn shelf(&self, hash: usize) -> usize {
        hash >> (self.bits - self.shelf_bits)
    }

    /// The words that may begin so.
    fn with(&self, head: u64) -> &[Needle] {
        let hash = self.hash(head);
        if !is_set(&self.starts, hash) {
            return &[];
        }
        let shelf = self.shelf(hash);
        let from = self.shelves.get(shelf).map_or(0, |from| *from as usize);
        let to = self.shelves.get(shelf + 1).map_or(0, |to| *to as usize);
        self.needles.get(from..to).unwrap_or_default()
    }
}

/// The words, by how they begin.
#[derive(Clone, Debug)]
pub(super) struct Needles {
    /// A table for each of [`KEYS`].
    tables: [Table; KEYS.len()],
    tails: Box<[u8]>,
}

impl Default for Needles {
    fn default() -> Needles {
        Needles::new(std::iter::empty())
    }
}

/// A text to search, with room behind it for a last look.
pub(super) struct Haystack {
    octets: Vec<u8>,
    size: usize,
}

impl Haystack {
    /// Room for a text of so many octets.
    pub(super) fn with_capacity(size: usize) -> Haystack {
        Haystack { octets: Vec::with_capacity(size + WORD), size: 0 }
    }

    /// Adds a sign.
    pub(super) fn push(&mut self, sign: char) {
        match u8::try_from(sign) {
            Ok(octet) if octet.is_ascii() => self.octets.push(octet),
            _ => self.octets.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    /// Adds ASCII, in small letters.
    pub(super) fn push_lower(&mut self, ascii: &str) {
        self.octets.extend(ascii.bytes().map(|octet| octet.to_ascii_lowercase()));
    }

    /// Closes it.
    pub(super) fn closed(mut self) -> Haystack {
        self.size = self.octets.len();
        self.octets.extend_from_slice(&[0; WORD - 1]);
        self
    }
}

impl Needles {
    /// Takes words; each is known by its place among them.
    pub(super) fn new<'w>(words: impl Iterator<Item = &'w str>) -> Needles {
        let (mut shelves, mut tails) = ([const { Vec::new() }; KEYS.len()], Vec::new());
        for (number, word) in words.enumerate() {
            let needle = needle(number, word.as_bytes(), &mut tails);
            let longest = KEYS.iter().zip(&mut shelves).rfind(|(key, _)| **key <= needle.size());
            longest.expect("a word has an octet").1.push(needle);
        }
        let mut keys = KEYS.into_iter();
        let tables = shelves.map(|needles| Table::new(keys.next().unwrap_or_default(), needles));
        Needles { tables, tails: tails.into() }
    }

    /// Tells of each word in the text: its number, where it begins and ends.
    pub(super) fn each(&self, text: &Haystack, mut found: impl FnMut(usize, usize, usize)) {
        for (at, window) in text.octets.windows(WORD).enumerate() {
            let Some(octets) = window.first_chunk() else { continue };
            let head = u64::from_le_bytes(*octets);
            let is_within_a_sign = head & 0xc0 == 0x80;
            if is_within_a_sign {
                continue;
            }
            for table in &self.tables {
                self.compare(table.with(head), (text, at, head), &mut found);
            }
        }
    }

    fn compare(
        &self,
        needles: &[Needle],
        (text, at, head): (&Haystack, usize, u64),
        found: &mut impl FnMut(usize, usize, usize),
    ) {
        for needle in needles.iter().filter(|needle| needle.fits(head)) {
            let tail = needle.tail as usize;
            let tail = self.tails.get(tail..tail + needle.size().saturating_sub(WORD)).unwrap_or_default();
            let end = at + needle.size();
            if end <= text.size && (tail.is_empty() || text.octets.get(at + WORD..end) == Some(tail)) {
                found(needle.number as usize, at, end);
            }
        }
    }
}

fn needle(number: usize, word: &[u8], tails: &mut Vec<u8>) -> Needle {
    let fits = "no list of words is so long";
    let (head, further) = word.split_at_checked(WORD).unwrap_or((word, &[]));
    let mut octets = [0; WORD];
    octets.iter_mut().zip(head).for_each(|(octet, of_word)| *octet = *of_word);
    let tail = u32::try_from(tails.len()).expect(fits);
    tails.extend_from_slice(further);
    let number = u32::try_from(number).expect(fits);
    Needle { head: u64::from_le_bytes(octets), number, tail, size: u16::try_from(word.len()).expect(fits) }
}

fn set(bits: &mut [u64], at: usize) {
    if let Some(word) = bits.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

fn is_set(bits: &[u64], at: usize) -> bool {
    bits.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::{Haystack, Needles};
    use proptest::prelude::{prop, proptest};

    /// Beginning and end of each, and its number.
    fn found(words: &[&str], text: &str) -> Vec<(usize, usize, usize)> {
        let mut haystack = Haystack::with_capacity(text.len());
        text.chars().for_each(|sign| haystack.push(sign));
        let mut all = Vec::new();
        Needles::new(words.iter().copied()).each(&haystack.closed(), |number, from, to| all.push((from, to, number)));
        all
    }

    #[test]
    fn words_are_found_within_each_other_and_at_both_ends() {
        let words = ["a", "to", "nominate", "nominated", "nominated by", "nom", "提名", "提名了"];

        assert_eq!(found(&words, "nominated by"), [(0, 3, 5), (0, 8, 2), (0, 9, 3), (0, 12, 4), (5, 6, 0)]);
        assert_eq!(found(&words, "提名了 to"), [(0, 6, 6), (0, 9, 7), (10, 12, 1)]);
        assert_eq!(found(&words, "nominat"), [(0, 3, 5), (5, 6, 0)]);
        assert_eq!(found(&words, "t\0"), []);
        assert_eq!(found(&[], "text"), []);
    }

    proptest! {
        #[test]
        fn all_that_a_plain_search_finds_is_found(words in prop::collection::btree_set("[abя]{1,11}", 1..40), text in "[abя]{0,60}") {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut expected = Vec::new();
            for (number, word) in words.iter().enumerate() {
                let starts = text.char_indices().map(|(at, _)| at).filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(word)));
                expected.extend(starts.map(|at| (at, at + word.len(), number)));
            }
            expected.sort_unstable();

            assert_eq!(found(&words, &text), expected);
        }
    }
}
