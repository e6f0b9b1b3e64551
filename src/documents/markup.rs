//! XML, read with distrust. With `word` and `sheets` only user of `quick-xml`.

use anyhow::{Context, Result, bail};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Elements within elements, and attributes of one: no office document has more (RELIABILITY A18).
const DEEPEST: usize = 100;
const MOST_ATTRIBUTES: usize = 64;

/// What stands in a part, with what no part may hold refused.
pub(super) struct Markup<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
}

impl Markup<'_> {
    /// Over a text.
    pub(super) fn new(text: &str) -> Markup<'_> {
        Markup { reader: Reader::from_str(text), depth: 0 }
    }

    /// The next piece; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Event<'_>>> {
        let event = self.reader.read_event().context("its XML is damaged")?;
        match &event {
            Event::DocType(_) => bail!("its XML declares a document type"),
            Event::Start(element) => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    bail!("its XML is nested too deep");
                }
                modest(element)?;
            }
            Event::Empty(element) => modest(element)?,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof => return Ok(None),
            _ => {}
        }
        Ok(Some(event))
    }
}

fn modest(element: &BytesStart<'_>) -> Result<()> {
    if element.attributes().with_checks(false).nth(MOST_ATTRIBUTES).is_some() {
        bail!("its XML has too many attributes");
    }
    Ok(())
}

/// Looks through a whole part that another parser will read.
pub(super) fn check(xml: &[u8]) -> Result<()> {
    let text = std::str::from_utf8(xml).context("its XML is no UTF-8")?;
    let mut markup = Markup::new(text.trim_start_matches('\u{feff}'));
    while markup.next()?.is_some() {}
    Ok(())
}

/// An attribute's value by its local name.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(found.value.to_string())
}

/// The text of a part, which may be UTF-16.
pub(super) fn decode(xml: &[u8]) -> Result<String> {
    match encoding_rs::Encoding::for_bom(xml) {
        Some((encoding, _)) => Ok(encoding.decode(xml).0.into_owned()),
        None => Ok(std::str::from_utf8(xml).context("its XML is no UTF-8")?.to_owned()),
    }
}

/// What a reference stands for: `amp`, `#8211`, `#x2013`.
pub(super) fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        name => {
            let digits = name.strip_prefix('#')?;
            let code = digits.strip_prefix('x').map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
            char::from_u32(code)
        }
    }
}
