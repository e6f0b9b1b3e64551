//! A file that came with a letter: what of it is kept, and its text where it is a text.

use super::{Attachment, Mail, card, charset, header, html, text};
use crate::documents::{self, Document, Format, Inner};
use crate::vocabulary::Vocabulary;

/// How the remark on a document begins that could not be read.
pub const UNREAD: &str = "an attached document was not read";

/// Octets of a text file that are kept.
const LONGEST_TEXT: usize = 256 * 1024;
/// Octets that tell a format.
const HEAD: usize = 16;
/// How what PGP encrypted begins when it is written in letters (RFC 9580); a signature and a key begin otherwise.
const SEALED: &[u8] = b"-----BEGIN PGP MESSAGE-----";
/// Endings of what PGP encrypted in octets.
const SEALED_ENDINGS: &[&str] = &["pgp", "gpg"];
/// Files whose name and type say nothing, and are looked into.
const VAGUE: &[&str] =
    &["application/octet-stream", "application/x-unknown", "application/unknown", "application/force-download", ""];

/// A file, not decoded yet.
pub(super) struct File<'a> {
    pub(super) name: String,
    pub(super) content_type: String,
    /// What the part declares.
    pub(super) charset: Option<&'a str>,
    /// Octets when decoded.
    pub(super) size: usize,
}

/// Keeps a file; `decode` gives at most about that many octets of it.
pub(super) fn keep(mail: &mut Mail, file: File<'_>, decode: impl Fn(&mut Mail, usize) -> Vec<u8>) {
    let File { name, content_type, charset, size } = file;
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let is_vague = VAGUE.contains(&content_type.as_str());
    let sniffed = || Format::sniffed(&decode(&mut Mail::default(), HEAD));
    let format = Format::of(&name, &content_type).or_else(|| if is_vague { sniffed() } else { None });
    let is_text =
        format.is_none() && (content_type.starts_with("text/") || is_report(&content_type) || TEXTS.contains(&ending.as_str()));
    let is_armoured = || decode(&mut Mail::default(), 2 * SEALED.len()).windows(SEALED.len()).any(|part| part == SEALED);
    if SEALED_ENDINGS.contains(&ending.as_str()) || (ending == "asc" || is_vague) && is_armoured() {
        mail.defects.push("an attached file is encrypted".to_owned());
    }
    let mut attachment = Attachment { name, content_type, size, text: None, document: None };
    if is_text && size <= LONGEST_TEXT {
        let octets = decode(mail, LONGEST_TEXT);
        let content = if attachment.is_card() { card::decode(&octets, charset) } else { decoded(mail, &octets, charset) };
        mail.documents.extend(written(&attachment, &content, &ending));
        attachment.text = Some(content);
    } else if format.is_some() && size <= documents::LARGEST {
        attachment.document = Some(decode(mail, documents::LARGEST));
    }
    mail.attachments.push(attachment);
}

/// What a server or a client reports (RFC 3464, RFC 8098), beside the words for people.
fn is_report(content_type: &str) -> bool {
    content_type.starts_with("message/") && (content_type.ends_with("-status") || content_type.ends_with("-notification"))
}

/// Endings of text files that come as anything.
const TEXTS: &[&str] = &["vcf", "ics", "csv", "tsv", "txt", "htm", "html"];

fn decoded(mail: &mut Mail, octets: &[u8], label: Option<&str>) -> String {
    let decoded = charset::decode(octets, label);
    mail.defects.extend(decoded.defect);
    decoded.text
}

/// What a text file says; cards and calendars are read by their own rules.
fn written(attachment: &Attachment, content: &str, ending: &str) -> Option<Document> {
    let is = |kind: &str| attachment.content_type == kind;
    if is("text/html") || ["htm", "html"].contains(&ending) {
        let tables = html::tables(content);
        return Some(Document { text: super::bounded(&html::text(content)), tables, ..Document::default() });
    }
    if attachment.is_card() || is_report(&attachment.content_type) || is("text/calendar") || ending == "ics" {
        return None;
    }
    if !(content.lines().take(3).any(|line| !line.trim().is_empty())) {
        return None;
    }
    let tables = documents::table(content).into_iter().collect();
    Some(Document { text: super::bounded(content), tables, ..Document::default() })
}

impl Attachment {
    /// Whether this is a file of vCards.
    pub fn is_card(&self) -> bool {
        matches!(self.content_type.as_str(), "text/vcard" | "text/x-vcard" | "text/directory")
            || self.name.to_lowercase().ends_with(".vcf")
    }
}

/// Takes a file out of a winmail.dat; it is then like any other of the letter.
pub fn unwrap(mail: &mut Mail, whole: &[u8], inner: &Inner) {
    let Some(octets) = whole.get(inner.start..).and_then(|rest| rest.get(..inner.length)) else { return };
    let content_type = if inner.content_type.is_empty() { "application/octet-stream" } else { &inner.content_type };
    let name = header::file_name(&inner.name);
    let file = File { name, content_type: content_type.to_owned(), charset: None, size: octets.len() };
    keep(mail, file, |_, most| octets.get(..most).unwrap_or(octets).to_vec());
}

/// The body of a winmail.dat, for a letter that has no other.
pub fn supply_body(mail: &mut Mail, document: &Document, words: &Vocabulary) {
    if !mail.text.own.trim().is_empty() || !mail.text.forwarded.trim().is_empty() {
        return;
    }
    mail.tables = html::tables(&document.html);
    mail.text =
        text::cut(&text::readable(document.text.clone(), &document.html), text::history(&mail.subject, &words.mail), &words.mail);
    mail.language = super::language::of(mail, &words.languages);
}
