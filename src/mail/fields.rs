//! The header of a letter or a part, cut into raw fields. Nothing is decoded and nothing is copied.

/// More fields than this are a bomb (RELIABILITY A21); an honest letter has fewer than 100.
const MOST_FIELDS: usize = 1000;
/// More octets of header than this are a bomb (RELIABILITY A21); Postfix takes 100 KiB.
const LONGEST_HEADER: usize = 256 * 1024;
/// RFC 5322 names are short; a longer "name" is text with a colon somewhere.
const LONGEST_NAME: usize = 100;

/// One field as it stands in the letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    /// As written.
    pub(super) name: &'a str,
    /// All octets after the colon, folds and all, without the last line end.
    pub(super) raw: &'a [u8],
}

/// A header and what stands under it.
#[derive(Debug, Default)]
pub(super) struct Entity<'a> {
    /// Top to bottom.
    pub(super) fields: Vec<Field<'a>>,
    /// The octets after the empty line.
    pub(super) body: &'a [u8],
    /// What is wrong with the header, in English.
    pub(super) defects: Vec<&'static str>,
}

impl<'a> Entity<'a> {
    /// The first field of that name, in any case.
    pub(super) fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// All fields of that name, top to bottom.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name)).map(|field| field.raw)
    }
}

/// One line with its end, and the rest. Lines end with LF; where a text has none, with CR.
fn next_line(bytes: &[u8], end: u8) -> (&[u8], &[u8]) {
    let length = bytes.iter().position(|byte| *byte == end).map_or(bytes.len(), |at| at + 1);
    bytes.split_at(length)
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

/// The name before the colon; `None` when the line opens no field.
fn name_of(line: &[u8]) -> Option<(&str, &[u8])> {
    let colon = line.iter().take(LONGEST_NAME).position(|byte| *byte == b':')?;
    let (name, rest) = line.split_at(colon);
    let name = name.trim_ascii_end();
    if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    Some((std::str::from_utf8(name).ok()?, rest.get(1..)?))
}

/// Cuts the header off. Any octets give an entity; a letter without a header is all body.
pub(super) fn split(bytes: &[u8]) -> Entity<'_> {
    let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
    let mut entity = Entity::default();
    let mut rest = bytes;
    if rest.starts_with(b"From ") || rest.starts_with(b">From ") {
        rest = next_line(rest, end).1; // an mbox left its separator
    }
    while !rest.is_empty() {
        let start = rest;
        let (line, after) = next_line(start, end);
        if is_blank(line) {
            entity.body = after;
            return entity;
        }
        let Some((name, _)) = name_of(line) else {
            let (following, _) = next_line(after, end);
            if entity.fields.is_empty() || is_blank(following) || name_of(following).is_none() {
                entity.defects.push("the header is not ended by an empty line");
                entity.body = start;
                return entity;
            }
            entity.defects.push("a line of the header is no field");
            rest = after;
            continue;
        };
        rest = after;
        loop {
            let (line, after) = next_line(rest, end);
            if !matches!(line.first(), Some(b' ' | b'\t')) || is_blank(line) {
                break;
            }
            rest = after;
        }
        let used = bytes.len() - rest.len();
        if entity.fields.len() >= MOST_FIELDS || used > LONGEST_HEADER {
            entity.defects.push("the header is too long: its rest was not read");
            entity.body = body_after(rest, end);
            return entity;
        }
        let field = start.get(..start.len() - rest.len()).unwrap_or_default();
        let raw = name_of(field).map(|(_, raw)| raw).unwrap_or_default();
        entity.fields.push(Field { name, raw: trim_end(raw) });
    }
    entity
}

fn body_after(mut rest: &[u8], end: u8) -> &[u8] {
    while !rest.is_empty() {
        let (line, after) = next_line(rest, end);
        if is_blank(line) {
            return after;
        }
        rest = after;
    }
    rest
}

fn trim_end(mut raw: &[u8]) -> &[u8] {
    while let [head @ .., b'\r' | b'\n'] = raw {
        raw = head;
    }
    raw
}

/// The value on one line: line ends removed, runs of blanks made one space, trimmed.
pub(super) fn unfold(raw: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(raw.len());
    for byte in raw.trim_ascii() {
        if matches!(byte, b'\r' | b'\n' | b' ' | b'\t') {
            if line.last() != Some(&b' ') {
                line.push(b' ');
            }
        } else {
            line.push(*byte);
        }
    }
    line
}
