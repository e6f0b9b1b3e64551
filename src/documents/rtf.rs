//! Rich Text Format, also under the name of `.doc`: text in every code page, tables as rows.

use super::codepage::{self, Encoding};
use super::{Document, MOST_TEXT, row_text};
use anyhow::{Result, bail};

/// Groups within groups: more is a bomb, not a letter.
const DEEPEST: usize = 1000;

/// Groups whose text is no text of the document.
const SILENT: &[&str] = &[
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "objdata",
    "nonshppict",
    "fldinst",
    "footer",
    "footerl",
    "footerr",
    "footerf",
    "xe",
    "tc",
    "rxe",
    "filetbl",
    "listtable",
    "listoverridetable",
    "revtbl",
    "themedata",
    "datastore",
    "generator",
    "template",
];
/// Words that stand for a character.
const CHARACTERS: &[(&str, &str)] = &[
    ("tab", "\t"),
    ("line", "\n"),
    ("emdash", "—"),
    ("endash", "–"),
    ("lquote", "‘"),
    ("rquote", "’"),
    ("ldblquote", "“"),
    ("rdblquote", "”"),
    ("bullet", "•"),
    ("emspace", " "),
    ("enspace", " "),
    ("qmspace", " "),
];

/// Reads the whole file.
pub(super) fn read(bytes: &[u8]) -> Result<Document> {
    if !bytes.trim_ascii_start().starts_with(b"{\\rtf") {
        bail!("this is no RTF file");
    }
    let mut reader = Reader { bytes, at: 0, ..Reader::default() };
    reader.run();
    Ok(reader.done())
}

/// What a group inherits from the one around it.
#[derive(Clone)]
struct Group {
    is_silent: bool,
    is_fonts: bool,
    encoding: Option<Encoding>,
    /// Characters that stand behind `\u` for programs that know no Unicode.
    fallback: usize,
    is_deleted: bool,
    /// In `\upr`, the first of two spellings is not read.
    skips_next: bool,
}

#[derive(Default)]
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    groups: Vec<Group>,
    /// Octets that are not decoded yet: characters may be of several.
    octets: Vec<u8>,
    has_raw: bool,
    /// The first half of a character outside the basic plane.
    half: Option<u16>,
    skip: usize,
    default_encoding: Option<Encoding>,
    fonts: Vec<(i32, Option<Encoding>)>,
    font: i32,
    default_font: i32,
    in_table: bool,
    paragraph: String,
    row: Vec<String>,
    table: Vec<Vec<String>>,
    document: Document,
}

impl Reader<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.next() {
            if self.document.text.len() + self.paragraph.len() > MOST_TEXT {
                return;
            }
            match byte {
                b'{' => {
                    self.flush();
                    let mut group = self.group();
                    group.is_silent |= std::mem::take(&mut group.skips_next);
                    if let Some(outer) = self.groups.last_mut() {
                        outer.skips_next = false;
                    }
                    if self.groups.len() >= DEEPEST {
                        return;
                    }
                    self.groups.push(group);
                }
                b'}' => {
                    self.flush();
                    self.skip = 0;
                    self.groups.pop();
                    if self.groups.is_empty() {
                        return;
                    }
                }
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                byte => {
                    self.has_raw |= byte >= 0x80 && self.skip == 0;
                    self.octet(byte);
                }
            }
        }
    }

    fn next(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn group(&self) -> Group {
        self.groups.last().cloned().unwrap_or(Group {
            is_silent: false,
            is_fonts: false,
            encoding: None,
            fallback: 1,
            is_deleted: false,
            skips_next: false,
        })
    }

    fn octet(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        if !self.is_silent() {
            self.octets.push(byte);
        }
    }

    fn is_silent(&self) -> bool {
        self.groups.last().is_none_or(|group| group.is_silent || group.is_fonts || group.is_deleted)
    }

    fn flush(&mut self) {
        if let Some(half) = self.half.take().filter(|_| !self.is_silent()) {
            self.paragraph.extend(char::decode_utf16([half]).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        }
        if self.octets.is_empty() {
            return;
        }
        let octets = std::mem::take(&mut self.octets);
        // Octets that were not escaped are more often UTF-8 than not: no standard program writes them.
        if std::mem::take(&mut self.has_raw)
            && let Ok(text) = std::str::from_utf8(&octets)
        {
            self.paragraph.push_str(text);
            return;
        }
        let encoding = self.groups.last().and_then(|group| group.encoding).or(self.default_encoding);
        self.paragraph.push_str(&codepage::decode(&octets, encoding.unwrap_or_else(|| codepage::windows(1252))));
    }

    fn text(&mut self, text: &str) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        self.flush();
        if !self.is_silent() {
            self.paragraph.push_str(text);
        }
    }

    fn control(&mut self) {
        let Some(first) = self.next() else { return };
        match first {
            b'\'' => {
                let digits = self.bytes.get(self.at..self.at + 2).and_then(|digits| std::str::from_utf8(digits).ok());
                self.at += 2;
                if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    self.octet(byte);
                }
            }
            b'\\' | b'{' | b'}' => self.octet(first),
            b'~' => self.text(" "),
            b'_' => self.text("-"),
            b'\r' | b'\n' => self.word("par", None),
            b'*' => {
                // A group that may be skipped is skipped, except the Unicode spelling of a text.
                let is_known = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b"\\ud"));
                if let Some(group) = self.groups.last_mut().filter(|_| !is_known) {
                    group.is_silent = true;
                }
            }
            byte if byte.is_ascii_alphabetic() => {
                self.at -= 1;
                let (word, number) = self.control_word();
                self.word(&word, number);
            }
            _ => {}
        }
    }

    fn control_word(&mut self) -> (String, Option<i32>) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).into_owned();
        let rest = rest.get(length..).unwrap_or_default();
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest.iter().skip(sign).take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let number = rest.get(..sign + digits).and_then(|number| std::str::from_utf8(number).ok()).filter(|_| digits > 0);
        self.at += length + if digits > 0 { sign + digits } else { 0 };
        let number = number.and_then(|number| number.parse::<i32>().ok());
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        (word, number)
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        if word == "u" {
            self.unicode(number.unwrap_or(0));
            return;
        }
        self.flush();
        if let Some((_, text)) = CHARACTERS.iter().find(|(name, _)| *name == word) {
            self.text(text);
            return;
        }
        match word {
            "par" | "sect" | "page" | "column" => self.end_paragraph(),
            "cell" | "nestcell" if !self.is_silent() => {
                if word == "cell" {
                    self.row.push(std::mem::take(&mut self.paragraph).trim().to_owned());
                } else {
                    self.paragraph.push('\t');
                }
            }
            "nestrow" if !self.is_silent() => self.paragraph.push('\n'),
            "row" if !self.is_silent() => self.end_row(),
            "trowd" | "intbl" => self.in_table = true,
            "pard" => self.in_table = false,
            "bin" => self.at = self.at.saturating_add(usize::try_from(number.unwrap_or(0)).unwrap_or(0)),
            _ => self.setting(word, number),
        }
    }

    fn setting(&mut self, word: &str, number: Option<i32>) {
        match word {
            "ansicpg" => self.default_encoding = number.and_then(|number| u16::try_from(number).ok()).and_then(codepage::of),
            "deff" => self.default_font = number.unwrap_or(0),
            "f" => self.choose_font(number.unwrap_or(0)),
            "plain" => self.choose_font(self.default_font),
            "fcharset" if self.groups.last().is_some_and(|group| group.is_fonts) => {
                let encoding = number.and_then(codepage::of_font);
                if let Some((_, chosen)) = self.fonts.last_mut() {
                    *chosen = encoding;
                }
            }
            _ => {
                let Some(group) = self.groups.last_mut() else { return };
                match word {
                    "fonttbl" => group.is_fonts = true,
                    "uc" => group.fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(8),
                    "deleted" | "v" => group.is_deleted = number != Some(0),
                    "upr" => group.skips_next = true,
                    word if SILENT.contains(&word) => group.is_silent = true,
                    _ => {}
                }
            }
        }
    }

    fn choose_font(&mut self, font: i32) {
        self.font = font;
        let Some(group) = self.groups.last_mut() else { return };
        if group.is_fonts {
            self.fonts.push((font, None));
        } else {
            group.encoding = self.fonts.iter().find(|(number, _)| *number == font).and_then(|(_, encoding)| *encoding);
        }
    }

    /// A UTF-16 unit, written as a signed number.
    fn unicode(&mut self, number: i32) {
        if !self.octets.is_empty() {
            self.flush();
        }
        self.skip = self.groups.last().map_or(1, |group| group.fallback);
        if self.is_silent() {
            return;
        }
        if number > 0xffff {
            self.paragraph.extend(u32::try_from(number).ok().and_then(char::from_u32));
            return;
        }
        let unit = (number & 0xffff) as u16;
        let units: Vec<u16> = self.half.take().into_iter().chain([unit]).collect();
        if units.len() == 1 && (0xd800..0xdc00).contains(&unit) {
            self.half = Some(unit);
            return;
        }
        self.paragraph.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }

    fn end_paragraph(&mut self) {
        self.skip = 0;
        if self.is_silent() {
            return;
        }
        if self.in_table && !(self.row.is_empty() && self.table.is_empty() && self.paragraph.is_empty()) {
            self.paragraph.push('\n');
            return;
        }
        self.end_table();
        let paragraph = std::mem::take(&mut self.paragraph);
        self.document.text.push_str(paragraph.trim_end());
        self.document.text.push('\n');
    }

    fn end_row(&mut self) {
        let mut row = std::mem::take(&mut self.row);
        let rest = std::mem::take(&mut self.paragraph);
        if !rest.trim().is_empty() {
            row.push(rest.trim().to_owned());
        }
        self.in_table = false;
        self.document.text.push_str(&row_text(&row));
        self.table.push(row);
    }

    fn end_table(&mut self) {
        if !self.row.is_empty() {
            self.end_row();
        }
        if !self.table.is_empty() {
            self.document.text.push('\n');
            self.document.tables.push(std::mem::take(&mut self.table));
        }
    }

    fn done(mut self) -> Document {
        self.flush();
        self.in_table = false;
        if self.paragraph.trim().is_empty() {
            self.end_table();
        } else {
            // The text broke off: what came before is kept.
            self.groups.truncate(1);
            self.end_table();
            self.document.text.push_str(self.paragraph.trim_end());
            self.document.text.push('\n');
        }
        self.document
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn text(rtf: &[u8]) -> String {
        read(rtf).unwrap().text
    }

    #[test]
    fn every_code_page_and_unicode_spelling_is_read() {
        assert_eq!(text(b"{\\rtf1\\ansi\\ansicpg1251 \\'c8\\'ea \\'e8\\par}"), "Ик и\n");
        assert_eq!(text(b"{\\rtf1{\\fonttbl{\\f0 Arial;}{\\f1\\fcharset134 SimSun;}}\\f1 \\'d7\\'a8\\'bc\\'d2\\par}"), "专家\n");
        assert_eq!(text(b"{\\rtf1\\ansi\\ansicpg1256 \\'e3\\'e4\\'ec\\par}"), "منى\n");
        assert_eq!(text(b"{\\rtf1\\uc1 \\u19987?\\u23478? \\u-4051?x\\par}"), "专家 \u{f02d}x\n");
        assert_eq!(text(b"{\\rtf1\\u-10179?\\u-8704?\\par}"), "😀\n");
        assert_eq!(text("{\\rtf1 专家\\par}".as_bytes()), "专家\n");
        assert_eq!(text(b"{\\rtf1{\\upr{ansi}{\\*\\ud{\\u233?t\\'e9}}}\\par}"), "été\n");
    }

    #[test]
    fn hidden_groups_are_silent_and_rows_are_rows() {
        let document =
            read(b"{\\rtf1{\\info{\\title No}}{\\*\\x No}{\\field{\\*\\fldinst HYPERLINK}{\\fldrslt Yes}}\\par\\trowd\\intbl a\\cell b\\line c\\cell\\row\\pard end\\par}").unwrap();

        assert_eq!(document.text, "Yes\na\tb\n   c\n\nend\n");
        assert_eq!(document.tables, [[["a", "b\nc"]]]);
    }

    #[test]
    fn what_breaks_off_is_kept_so_far() {
        assert_eq!(text(b"{\\rtf1 one\\par two"), "one\ntwo\n");
        assert!(read(b"PK").is_err());
        for bad in ["{\\rtf", "{\\rtf1\\'", "{\\rtf1\\u", "{\\rtf1\\bin999999999 x", "{\\rtf1}}}}", "{\\rtf1\\cell\\row\\row"] {
            let _ = read(bad.as_bytes());
        }
        assert!(read(format!("{{\\rtf{}", "{".repeat(100_000)).as_bytes()).is_ok());
    }
}
