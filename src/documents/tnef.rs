//! winmail.dat: what Outlook wraps a letter's body and files in for other Outlooks (MS-OXTNEF).
//!
//! Every length is checked against what is left; checksums are ignored, since half the programs write wrong ones. The files
//! come back as places in the input, so that nothing is copied.

use super::codepage::{self, Encoding};
use super::{Document, Inner, rtf};
use anyhow::{Result, bail};

/// The first four octets.
pub(super) const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];
/// Letters within letters (RELIABILITY A20).
const DEEPEST: usize = 3;
/// Files, and properties of one: more is a loop.
const MOST_FILES: usize = 64;
const MOST_PROPERTIES: u32 = 2000;
/// Octets of a compressed body when unpacked.
const LARGEST_BODY: usize = 4 << 20;

/// A stretch of the input.
#[derive(Clone, Copy)]
struct Slice<'a> {
    bytes: &'a [u8],
    start: usize,
}

impl<'a> Slice<'a> {
    /// Cuts `length` octets off the front.
    fn take(&mut self, length: usize) -> Option<Slice<'a>> {
        let (head, rest) = self.bytes.split_at_checked(length)?;
        let taken = Slice { bytes: head, start: self.start };
        *self = Slice { bytes: rest, start: self.start + length };
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.bytes.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.bytes.try_into().ok()?))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }
}

/// Bodies of the letter in the order of preference, and its code page.
struct Bodies {
    encoding: Encoding,
    plain: Option<String>,
    html: Option<String>,
    rich: Option<String>,
}

/// Reads the file.
pub(super) fn read(bytes: &[u8]) -> Result<Document> {
    let mut document = Document::default();
    letter(Slice { bytes, start: 0 }, &mut document, 0)?;
    Ok(document)
}

fn letter(mut rest: Slice<'_>, document: &mut Document, depth: usize) -> Result<()> {
    if rest.take(4).is_none_or(|mark| mark.bytes != SIGNATURE) || rest.take(2).is_none() {
        bail!("this is no winmail.dat");
    }
    let mut bodies = Bodies { encoding: codepage::windows(1252), plain: None, html: None, rich: None };
    let mut file: Option<Inner> = None;
    // A file that breaks off gives what came before.
    while let Some((id, data)) = attribute(&mut rest) {
        match id {
            0x9007 => bodies.encoding = codepage::windows(data.clone().u32().and_then(|n| u16::try_from(n).ok()).unwrap_or(1252)),
            0x800c => bodies.plain = Some(text(data.bytes, bodies.encoding)),
            0x9003 => properties(data, |tag, kind, value| body(tag, kind, value, &mut bodies)),
            0x9002 => finish(&mut file, document),
            0x8010 => {
                let name = text(data.bytes, bodies.encoding);
                file.get_or_insert_default().name = name;
            }
            0x800f => {
                let file = file.get_or_insert_default();
                (file.start, file.length) = (data.start, data.bytes.len());
            }
            0x9005 => {
                let (file, encoding) = (file.get_or_insert_default(), bodies.encoding);
                let mut within = None;
                properties(data, |tag, kind, value| {
                    within = described(file, (tag, kind), value, encoding).or(within);
                });
                if let Some(inner) = within.filter(|_| depth < DEEPEST) {
                    // A letter within: its own text and files are read like the outer ones; if it is none, it is left closed.
                    let _ = letter(inner, document, depth + 1);
                }
            }
            _ => {}
        }
        if document.files.len() >= MOST_FILES {
            break;
        }
    }
    finish(&mut file, document);
    let readable = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let Bodies { plain, html, rich, .. } = bodies;
    if readable(&plain) || readable(&html) {
        document.text.push_str(&plain.unwrap_or_default());
        document.html.push_str(&html.unwrap_or_default());
    } else {
        document.text.push_str(&rich.unwrap_or_default());
    }
    Ok(())
}

fn finish(file: &mut Option<Inner>, document: &mut Document) {
    document.files.extend(file.take().filter(|file| file.length > 0));
}

/// The next attribute: its number without the type, and its data.
fn attribute<'a>(rest: &mut Slice<'a>) -> Option<(u16, Slice<'a>)> {
    rest.take(1)?;
    let id = rest.u32()?;
    let length = rest.length()?;
    let data = rest.take(length)?;
    rest.take(2);
    Some(((id & 0xffff) as u16, data))
}

fn text(bytes: &[u8], encoding: Encoding) -> String {
    codepage::decode(bytes, encoding).trim_end_matches('\0').to_owned()
}

fn string(kind: u16, bytes: &[u8], encoding: Encoding) -> String {
    if kind == 0x1f { text(bytes, encoding_rs::UTF_16LE) } else { text(bytes, encoding) }
}

fn body(tag: u16, kind: u16, value: Slice<'_>, bodies: &mut Bodies) {
    match (tag, kind) {
        (0x3fde | 0x3ffd, 0x03) => {
            let number = value.clone().u32().and_then(|number| u16::try_from(number).ok());
            bodies.encoding = number.and_then(codepage::of).unwrap_or(bodies.encoding);
        }
        (0x1000, 0x1e | 0x1f) => bodies.plain = Some(string(kind, value.bytes, bodies.encoding)),
        (0x1013, 0x1e | 0x1f) => bodies.html = Some(string(kind, value.bytes, bodies.encoding)),
        (0x1013, 0x102) => bodies.html = Some(text(value.bytes, bodies.encoding)),
        (0x1009, 0x102) => {
            let unpacked = unpack(value).and_then(|rich| rtf::read(&rich).ok());
            bodies.rich = unpacked.map(|document| document.text);
        }
        _ => {}
    }
}

/// What a property says about a file; the letter that it holds, if it is one.
fn described<'a>(file: &mut Inner, (tag, kind): (u16, u16), mut value: Slice<'a>, encoding: Encoding) -> Option<Slice<'a>> {
    match (tag, kind) {
        // The long name stands for the short one.
        (0x3707, 0x1e | 0x1f) => file.name = string(kind, value.bytes, encoding),
        (0x3704, 0x1e | 0x1f) if file.name.is_empty() => file.name = string(kind, value.bytes, encoding),
        (0x370e, 0x1e | 0x1f) => file.content_type = string(kind, value.bytes, encoding).to_lowercase(),
        (0x3701, 0x102) => (file.start, file.length) = (value.start, value.bytes.len()),
        (0x3701, 0x0d) => {
            // An object: sixteen octets say of which kind, a letter begins with our mark.
            value.take(16)?;
            return value.bytes.starts_with(&SIGNATURE).then_some(value);
        }
        _ => {}
    }
    None
}

/// Calls `each` with the tag, type and value of every property; stops where the list makes no sense any more.
fn properties<'a>(mut rest: Slice<'a>, mut each: impl FnMut(u16, u16, Slice<'a>)) {
    let Some(count) = rest.u32() else { return };
    for _ in 0..count.min(MOST_PROPERTIES) {
        if property(&mut rest, &mut each).is_none() {
            return;
        }
    }
}

fn property<'a>(rest: &mut Slice<'a>, each: &mut impl FnMut(u16, u16, Slice<'a>)) -> Option<()> {
    let (kind, tag) = (rest.u16()?, rest.u16()?);
    if tag >= 0x8000 {
        rest.take(16)?;
        if rest.u32()? == 0 {
            rest.take(4)?;
        } else {
            let length = rest.length()?;
            padded(rest, length)?;
        }
    }
    let (many, kind) = (kind & 0x1000 != 0, kind & 0xefff);
    let fixed = match kind {
        0x02..=0x04 | 0x0a | 0x0b => Some(4),
        0x05..=0x07 | 0x14 | 0x40 => Some(8),
        0x48 => Some(16),
        0x00 | 0x01 => Some(0),
        _ => None,
    };
    let count = if many || fixed.is_none() { rest.u32()?.min(MOST_PROPERTIES) } else { 1 };
    for _ in 0..count {
        let value = match fixed {
            Some(length) => rest.take(length)?,
            None => {
                let length = rest.length()?;
                padded(rest, length)?
            }
        };
        if !many {
            each(tag, kind, value);
        }
    }
    Some(())
}

/// Values are padded to four octets.
fn padded<'a>(rest: &mut Slice<'a>, length: usize) -> Option<Slice<'a>> {
    let value = rest.take(length)?;
    let padding = (4 - length % 4) % 4;
    rest.take(padding.min(rest.bytes.len()));
    Some(value)
}

/// What the window of the packing holds before the first octet (MS-OXRTFCP 2.1.3.1.1).
const PRELOAD: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans \
SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// A body in rich text, packed as `LZFu` or not at all.
fn unpack(mut packed: Slice<'_>) -> Option<Vec<u8>> {
    packed.u32()?;
    let size = packed.length()?.min(LARGEST_BODY);
    let mark = packed.take(4)?;
    packed.u32()?;
    if mark.bytes == b"MELA" {
        return Some(packed.bytes.get(..size.min(packed.bytes.len()))?.to_vec());
    }
    if mark.bytes != b"LZFu" {
        return None;
    }
    let mut out = PRELOAD.to_vec();
    let end = PRELOAD.len() + size;
    let mut input = packed.bytes.iter().copied();
    while out.len() < end {
        let Some(flags) = input.next() else { break };
        for bit in 0..8 {
            if flags >> bit & 1 == 0 {
                let Some(byte) = input.next() else { return Some(out.split_off(PRELOAD.len())) };
                out.push(byte);
                continue;
            }
            let (Some(high), Some(low)) = (input.next(), input.next()) else { return Some(out.split_off(PRELOAD.len())) };
            let token = u16::from_be_bytes([high, low]);
            let (offset, length) = (usize::from(token >> 4), usize::from(token & 0xf) + 2);
            // Offsets are places in a window of 4096 octets; one that points to where we are ends the text.
            let back = (out.len() % 4096 + 4096 - offset) % 4096;
            if back == 0 {
                return Some(out.split_off(PRELOAD.len()));
            }
            for _ in 0..length {
                let byte = out.len().checked_sub(back).and_then(|at| out.get(at)).copied().unwrap_or(b' ');
                out.push(byte);
            }
            if out.len() >= end {
                break;
            }
        }
    }
    Some(out.split_off(PRELOAD.len()))
}
