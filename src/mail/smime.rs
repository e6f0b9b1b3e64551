//! Opaque S/MIME (RFC 8551): the letter inside a signature, without a look at the signature; what is encrypted is said to be so.

/// `1.2.840.113549.1.7.2`, signedData.
const SIGNED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// `1.2.840.113549.1.7`, all kinds of content of CMS.
const CMS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
/// `1.2.840.113549.1.9.16.1.9`, compressedData, and its family.
const COMPRESSED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01];
/// Octet strings in pieces within pieces.
const DEEPEST: usize = 8;

const SEQUENCE: u8 = 0x30;
const EXPLICIT: u8 = 0xa0;
const OBJECT: u8 = 0x06;
const OCTETS: u8 = 0x04;
const PIECES: u8 = 0x24;

/// What an `application/pkcs7-mime` part holds.
#[derive(Debug, PartialEq)]
pub(super) enum Opened {
    /// The octets that were signed: a MIME entity.
    Letter(Vec<u8>),
    /// Encrypted, or compressed.
    Sealed,
    /// Nothing that can be read as such a part, or only certificates.
    Nothing,
}

/// Opens the part. Any octets give an answer.
pub(super) fn open(octets: &[u8]) -> Opened {
    let Some(kind) = kind(octets) else { return Opened::Nothing };
    if kind != SIGNED {
        return if kind.starts_with(CMS) || kind.starts_with(COMPRESSED) { Opened::Sealed } else { Opened::Nothing };
    }
    signed(octets).filter(|letter| !letter.is_empty()).map_or(Opened::Nothing, Opened::Letter)
}

fn kind(octets: &[u8]) -> Option<&[u8]> {
    let (outer, _) = element(octets, SEQUENCE)?;
    Some(element(outer, OBJECT)?.0)
}

/// ContentInfo → SignedData → encapContentInfo → eContent.
fn signed(octets: &[u8]) -> Option<Vec<u8>> {
    let (outer, _) = element(octets, SEQUENCE)?;
    let (_, rest) = element(outer, OBJECT)?;
    let (content, _) = element(rest, EXPLICIT)?;
    let (data, _) = element(content, SEQUENCE)?;
    let (_, rest) = any(data)?; // version
    let (_, rest) = any(rest)?; // digestAlgorithms
    let (inner, _) = element(rest, SEQUENCE)?;
    let (_, rest) = element(inner, OBJECT)?;
    let (wrapped, _) = element(rest, EXPLICIT)?;
    let mut letter = Vec::new();
    pieces(wrapped, &mut letter, 0)?;
    Some(letter)
}

/// An octet string, whole or in pieces.
fn pieces(mut octets: &[u8], into: &mut Vec<u8>, depth: usize) -> Option<()> {
    while !octets.is_empty() {
        let (tag, content, rest) = read(octets)?;
        match tag {
            OCTETS => into.extend_from_slice(content),
            PIECES if depth < DEEPEST => pieces(content, into, depth + 1)?,
            _ => return Some(()),
        }
        octets = rest;
    }
    Some(())
}

/// The element of that tag at the beginning: its content, and what follows.
fn element(octets: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = read(octets)?;
    (tag == wanted).then_some((content, rest))
}

fn any(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, content, rest) = read(octets)?;
    Some((content, rest))
}

/// Tag, content and rest; BER with one-octet tags, definite or indefinite lengths. What is cut off reads to its end.
fn read(octets: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = octets.split_first()?;
    let (length, rest) = rest.split_first()?;
    match *length {
        0x80 => {
            let end = indefinite(rest, 0);
            let (content, after) = rest.split_at_checked(end)?;
            Some((*tag, content, after.get(2..).unwrap_or_default()))
        }
        short if short < 0x80 => cut(*tag, rest, usize::from(short)),
        long => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            let length = digits.iter().take(8).fold(0_usize, |sum, digit| sum.wrapping_shl(8) | usize::from(*digit));
            cut(*tag, rest, length)
        }
    }
}

fn cut(tag: u8, rest: &[u8], length: usize) -> Option<(u8, &[u8], &[u8])> {
    let (content, after) = rest.split_at_checked(length.min(rest.len()))?;
    Some((tag, content, after))
}

/// How long a content of indefinite length is: to the two zero octets that end it, over the elements within.
fn indefinite(octets: &[u8], depth: usize) -> usize {
    let mut at = 0;
    while let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty() && !rest.starts_with(&[0, 0])) {
        let inner = match (rest.get(1), depth < DEEPEST * 2) {
            (Some(0x80), true) => Some(2 + indefinite(rest.get(2..).unwrap_or_default(), depth + 1) + 2),
            (Some(0x80) | None, _) => None,
            _ => read(rest).map(|(_, _, after)| rest.len() - after.len()),
        };
        let Some(length) = inner.filter(|length| *length > 0) else { return octets.len() };
        at += length;
    }
    at.min(octets.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut element = vec![tag, 0x82, (content.len() >> 8) as u8, content.len() as u8];
        element.extend_from_slice(content);
        element
    }

    fn endless(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x80], content, &[0, 0]].concat()
    }

    #[test]
    fn the_letter_inside_a_signature_is_read() {
        let inner = b"Content-Type: text/plain\r\n\r\nHello";
        let data = tlv(OBJECT, &[CMS, &[1]].concat());
        let head = [tlv(0x02, &[1]), tlv(0x31, &[])].concat();

        for wrapped in [
            tlv(SEQUENCE, &[data.clone(), tlv(EXPLICIT, &tlv(OCTETS, inner))].concat()),
            endless(
                SEQUENCE,
                &[
                    data.clone(),
                    endless(
                        EXPLICIT,
                        &endless(PIECES, &[tlv(OCTETS, inner.get(..9).unwrap()), tlv(OCTETS, inner.get(9..).unwrap())].concat()),
                    ),
                ]
                .concat(),
            ),
        ] {
            let signed = tlv(SEQUENCE, &[head.clone(), wrapped, tlv(0x31, b"xx")].concat());
            let whole = tlv(SEQUENCE, &[tlv(OBJECT, SIGNED), tlv(EXPLICIT, &signed)].concat());

            assert_eq!(open(&whole), Opened::Letter(inner.to_vec()));
        }
    }

    #[test]
    fn what_is_encrypted_is_sealed_and_junk_is_nothing() {
        let sealed = tlv(SEQUENCE, &tlv(OBJECT, &[CMS, &[3]].concat()));
        assert_eq!(open(&sealed), Opened::Sealed);

        for junk in [
            &b""[..],
            b"\x30",
            b"\x30\x80",
            b"\x30\x84\xff\xff\xff\xff\x06",
            &[0x24, 0x80].repeat(10_000),
            &[0x30, 0x80].repeat(500),
        ] {
            open(junk);
        }
    }
}
