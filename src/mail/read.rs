//! Octets to a letter: the tree of parts by mail-parser, every part's octets by our own lenient decoders.
//!
//! mail-parser 0.11 leaves a part undecoded when junk stands in its base64 or its closing boundary is missing, and splits
//! characters over encoded-words; so only its offsets and parameters are used.

use super::{Mail, attached, automatic, charset, fields, fingerprint, header, hidden, html, language, smime, text, transfer};
use crate::mail::smime::Opened;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::is_letter;
use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};

/// More parts than this are a bomb (RELIABILITY A21).
const MOST_PARTS: usize = 1000;
/// A letter with more lines that could be boundaries is not handed to the parser: it takes 177 octets of memory for each.
const MOST_DASH_LINES: usize = 5000;
/// Letters within letters (RELIABILITY A21).
const DEEPEST: usize = 5;
/// Octets of a body that are looked at: longer ones are logs or bombs, and what they propose stands at their beginning.
const LONGEST_BODY: usize = 1 << 20;
/// Octets of an S/MIME part that are opened; the letter in it may have files.
const LONGEST_SEALED: usize = 16 << 20;
/// A row of question marks is an excitement; as many as this, more than there are letters, are a text that was lost.
const FEWEST_LOST: usize = 20;

/// A leaf of the tree, decoded as far as it is needed.
struct Body {
    plain: String,
    html: String,
}

/// Reads a letter that stands `depth` letters deep in another.
pub(super) fn letter(bytes: &[u8], words: &Vocabulary, depth: usize) -> Mail {
    let entity = fields::split(bytes);
    let mut mail = Mail { fingerprint: Some(fingerprint::of(&entity)), size: bytes.len() as u64, ..Mail::default() };
    mail.defects.extend(entity.defects.iter().map(|defect| (*defect).to_owned()));
    let parsed = if is_bomb(&entity) {
        mail.defects.push("the letter has far too many parts; its body was not read".to_owned());
        None
    } else {
        MessageParser::default().parse(bytes)
    };
    let hint = parsed.as_ref().and_then(declared_charset);
    header::read(&mut mail, &entity, hint.as_deref(), words);
    let mut body = Body { plain: String::new(), html: String::new() };
    if let Some(message) = &parsed {
        parts(&mut mail, &mut body, message, bytes, (words, depth));
    }
    mail.tables = html::tables(&body.html);
    let readable = text::readable(body.plain, &body.html);
    mail.text = text::cut(&readable, text::history(&mail.subject, &words.mail), &words.mail);
    mail.text.hidden = hidden::lines(&readable);
    if readable.contains("-----BEGIN PGP MESSAGE-----") {
        mail.defects.push("the letter is encrypted".to_owned());
    }
    if has_lost_letters(&readable) {
        mail.defects.push("the text has lost its letters on the way (question marks stand for them)".to_owned());
    }
    mail.language = language::of(&mail, &words.languages);
    automatic::judge(&mut mail, &words.mail);
    mail
}

/// A relay that knew only ASCII has put a question mark for each letter.
fn has_lost_letters(text: &str) -> bool {
    let lost = text.chars().filter(|c| matches!(c, '?' | '\u{fffd}')).count();
    let letters = text.chars().filter(|c| is_letter(*c)).count();
    lost >= FEWEST_LOST && lost > letters
}

fn is_bomb(entity: &fields::Entity<'_>) -> bool {
    let lines = entity.body.windows(3).filter(|three| three.starts_with(b"\n--")).take(MOST_DASH_LINES + 1).count();
    lines > MOST_DASH_LINES || entity.defects.iter().any(|defect| defect.contains("too long"))
}

/// The charset that the first text part declares; raw fields of the header are most likely in it too.
fn declared_charset(message: &Message<'_>) -> Option<String> {
    message.parts.iter().find_map(|part| Some(part.content_type()?.attribute("charset")?.to_owned()))
}

fn parts(mail: &mut Mail, body: &mut Body, message: &Message<'_>, bytes: &[u8], (words, depth): (&Vocabulary, usize)) {
    if message.parts.len() > MOST_PARTS {
        mail.defects.push(format!("the letter has {} parts; only the first {MOST_PARTS} were read", message.parts.len()));
    }
    for (index, part) in message.parts.iter().enumerate().take(MOST_PARTS) {
        let Some(raw) = bytes.get(part.raw_body_offset() as usize..part.raw_end_offset() as usize) else { continue };
        let kind = content_type(part);
        if kind.starts_with("multipart/") {
            if kind == "multipart/encrypted" {
                mail.defects.push("the letter is encrypted".to_owned());
            }
            continue;
        }
        if kind == "message/rfc822" || matches!(part.body, PartType::Message(_)) {
            if depth < DEEPEST {
                let inner = decoder(part).decode(raw, raw.len());
                mail.nested.push(letter(&inner.octets, words, depth + 1));
            } else {
                mail.defects.push("letters are attached within letters too deep to be read".to_owned());
            }
            continue;
        }
        if kind.ends_with("pkcs7-mime") {
            sealed(mail, body, &decoder(part).decode(raw, LONGEST_SEALED).octets, (words, depth));
        }
        let is_body = kind.starts_with("text/")
            && !is_attached(part, &kind)
            && (index == 0 || !message.attachments.contains(&(index as u32)));
        if is_body { add_text(mail, body, part, raw, &kind) } else { attach(mail, part, raw, kind) }
    }
}

/// An S/MIME part: the letter inside its signature is read as if it stood there.
fn sealed(mail: &mut Mail, body: &mut Body, octets: &[u8], (words, depth): (&Vocabulary, usize)) {
    match smime::open(octets) {
        Opened::Letter(inner) if depth < DEEPEST => {
            let bomb = is_bomb(&fields::split(&inner));
            if let Some(message) = MessageParser::default().parse(&inner).filter(|_| !bomb) {
                parts(mail, body, &message, &inner, (words, depth + 1));
            }
        }
        Opened::Letter(_) | Opened::Nothing => {}
        Opened::Sealed => mail.defects.push("the letter is encrypted".to_owned()),
    }
}

fn content_type(part: &MessagePart<'_>) -> String {
    let Some(declared) = part.content_type() else { return "text/plain".to_owned() };
    let subtype = declared.subtype().unwrap_or("plain");
    format!("{}/{subtype}", declared.ctype()).to_lowercase()
}

fn decoder(part: &MessagePart<'_>) -> transfer::Encoding {
    match part.encoding {
        Encoding::None => transfer::Encoding::Plain,
        Encoding::QuotedPrintable => transfer::Encoding::QuotedPrintable,
        Encoding::Base64 => transfer::Encoding::Base64,
    }
}

/// Text that is a file and no body: by its disposition or name, or by a type that no body has.
fn is_attached(part: &MessagePart<'_>, kind: &str) -> bool {
    let disposed = part.content_disposition().is_some_and(|disposition| disposition.ctype().eq_ignore_ascii_case("attachment"));
    disposed || part.attachment_name().is_some() || !matches!(kind, "text/plain" | "text/html" | "text/enriched")
}

fn decode(mail: &mut Mail, part: &MessagePart<'_>, raw: &[u8], most: usize) -> String {
    let octets = decoder(part).decode(raw, most);
    if octets.is_damaged {
        mail.defects.push("a part has junk in its base64".to_owned());
    }
    let label = part.content_type().and_then(|declared| declared.attribute("charset"));
    let decoded = charset::decode(&octets.octets, label);
    mail.defects.extend(decoded.defect);
    decoded.text
}

fn add_text(mail: &mut Mail, body: &mut Body, part: &MessagePart<'_>, raw: &[u8], kind: &str) {
    if raw.len() > LONGEST_BODY * 2 {
        mail.defects.push("the text is very long; only its beginning was read".to_owned());
    }
    let text = decode(mail, part, raw, LONGEST_BODY);
    if kind == "text/html" {
        body.html.push_str(&text);
        return;
    }
    let parameter = |name: &str| part.content_type().and_then(|declared| declared.attribute(name)).unwrap_or_default();
    let flowed = parameter("format").eq_ignore_ascii_case("flowed");
    let text = if flowed {
        text::unflow(&text, if parameter("delsp").eq_ignore_ascii_case("yes") { text::Joint::None } else { text::Joint::Blank })
    } else {
        text
    };
    if !body.plain.is_empty() {
        body.plain.push('\n');
    }
    body.plain.push_str(&text);
}

fn attach(mail: &mut Mail, part: &MessagePart<'_>, raw: &[u8], kind: String) {
    let name = part.attachment_name().map(|name| header::file_name(&super::encoded_word::decode(name))).unwrap_or_default();
    let label = part.content_type().and_then(|declared| declared.attribute("charset"));
    let size = decoder(part).decoded_size(raw);
    attached::keep(mail, attached::File { name, content_type: kind, charset: label, size }, |mail, most| {
        let octets = decoder(part).decode(raw, most);
        if octets.is_damaged {
            mail.defects.push("a part has junk in its base64".to_owned());
        }
        octets.octets
    });
}
