//! The letter's own words with what each became: line by line, the words that gave evidence or a field marked, and under the line
//! the field or kind with its rule.

use crate::cli::paint::{self, Ink, Look, Mark, superscript};
use crate::cli::print;
use crate::domain::steps::{Evidence, Findings, FoundPerson, Part, Source, Verdict};
use crate::mail::Mail;
use crate::rules::learned::LEARNED;
use anyhow::Result;
use unicode_normalization::UnicodeNormalization;

/// Lines of a letter that are shown; a report that was pasted in is not read here.
const MOST_LINES: usize = 300;
/// Before the letter's own words.
const MARGIN: &str = "   │ ";
/// Before what they became.
const BELOW: &str = "   ╰ ";

/// A piece of the letter that is shown together.
struct Section {
    title: String,
    parts: &'static [Part],
    text: String,
    /// Lines without a mark are left out: what was quoted, a document, the header.
    only_marked: bool,
    marks: Vec<(usize, usize, Ink, String)>,
    folded: Folded,
}

/// A text as rules see it, with the way back to its characters.
struct Folded {
    text: String,
    /// For each octet of `text` the character of the section that it comes from.
    origin: Vec<usize>,
}

/// Words that became something.
struct Claim<'a> {
    part: Part,
    words: &'a str,
    ink: Ink,
    became: String,
}

/// Prints the letter with what its words became.
pub(crate) fn show(mail: &Mail, verdict: &Verdict, findings: &Findings, look: Look) -> Result<()> {
    let mut sections = sections(mail);
    let mut elsewhere = Vec::new();
    for claim in claims(verdict, findings) {
        if !place(&mut sections, &claim) {
            elsewhere.push(claim);
        }
    }
    let mut number = 0;
    for section in &sections {
        tell(section, look, &mut number)?;
    }
    if !elsewhere.is_empty() {
        print::line("   not found in one place")?;
        for claim in elsewhere {
            let words = if claim.words.is_empty() { String::new() } else { format!("  “{}”", print::fit(claim.words, 60)) };
            for row in paint::note(&format!("{}{words}", claim.became), BELOW, look) {
                print::line(&row)?;
            }
        }
    }
    hidden(mail, look)
}

fn sections(mail: &Mail) -> Vec<Section> {
    let section = |title: &str, parts: &'static [Part], text: String| {
        let folded = Folded::of(&text);
        Section { title: title.to_owned(), parts, text, only_marked: false, marks: Vec::new(), folded }
    };
    let people = mail.from.iter().map(|person| {
        let address = person.address.as_ref().map_or(String::new(), |address| format!(" <{}>", address.reveal()));
        format!("{}{address}", person.name)
    });
    let mut all = vec![
        section("from", &[Part::From, Part::Header], people.collect::<Vec<_>>().join(", ")),
        section("subject", &[Part::Subject, Part::Body], mail.subject.clone()),
        section("own words", &[Part::Body, Part::Table], mail.text.own.clone()),
        section("signature", &[Part::Signature, Part::Body], mail.text.signature.clone()),
        section("forwarded", &[Part::History, Part::Body], mail.text.forwarded.clone()),
    ];
    let names = mail.attachments.iter().map(|attachment| format!("{} ({})", attachment.name, attachment.content_type));
    all.push(section("attached", &[Part::Attachment], names.collect::<Vec<_>>().join("\n")));
    let mut marked = |title: &str, parts: &'static [Part], text: String| {
        all.push(Section { only_marked: true, ..section(title, parts, text) });
    };
    for document in &mail.documents {
        marked("document", &[Part::Attachment, Part::Body, Part::Table], document.text.clone());
    }
    for attachment in &mail.attachments {
        marked("attached text", &[Part::Attachment, Part::Table], attachment.text.clone().unwrap_or_default());
    }
    let rows = mail.tables.iter().flatten().map(|row| row.join("  "));
    marked("table", &[Part::Table, Part::Body], rows.collect::<Vec<_>>().join("\n"));
    marked("quoted", &[Part::History], mail.text.quoted.clone());
    let fields = mail.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    marked("header", &[Part::Header, Part::From], fields.collect::<Vec<_>>().join("\n"));
    all.retain(|section| !section.text.trim().is_empty());
    all
}

fn claims<'a>(verdict: &'a Verdict, findings: &'a Findings) -> Vec<Claim<'a>> {
    let kind = |one: &'a Evidence| {
        let became = format!("{} {:+.1} ← {}", one.kind.as_str(), one.weight, one.rule);
        // What was learned has no words but the n-grams that spoke most.
        let words = if one.rule == LEARNED { one.words.split(' ').collect() } else { vec![one.words.as_str()] };
        words.into_iter().map(move |words| Claim { part: one.part, words, ink: Ink::Evidence, became: became.clone() })
    };
    let mut claims: Vec<Claim<'a>> = verdict.evidence.iter().flat_map(kind).collect();
    let mut fields = |sources: &'a [Source], whose: &str| {
        claims.extend(sources.iter().map(|source| Claim {
            part: source.part,
            words: &source.words,
            ink: Ink::Field,
            became: format!("{}{whose} ← {}", source.field, source.rule),
        }));
    };
    let of = |people: &[FoundPerson], index: usize, what: &str| match people.len() {
        1 => format!(" of the {what}"),
        _ => format!(" of {what} {}", index + 1),
    };
    for (index, person) in findings.contacts.iter().enumerate() {
        fields(&person.sources, &of(&findings.contacts, index, "person"));
    }
    if let Some(liaison) = &findings.liaison {
        fields(&liaison.sources, " of the statement");
        for (index, contact) in liaison.contacts.iter().enumerate() {
            fields(&contact.sources, &of(&liaison.contacts, index, "contact"));
        }
    }
    claims
}

/// The words as they stand in the letter: n-grams write a blank as `_`.
fn sought(claim: &Claim<'_>) -> String {
    let words = if claim.became.ends_with(LEARNED) { claim.words.replace('_', " ") } else { claim.words.to_owned() };
    Folded::of(&words).text.trim().to_owned()
}

/// Marks the words where they stand: in the part that they were taken from, else in any other that has them.
fn place(sections: &mut [Section], claim: &Claim<'_>) -> bool {
    let words = sought(claim);
    if words.is_empty() {
        return false;
    }
    let mut order: Vec<&mut Section> = sections.iter_mut().collect();
    order.sort_by_key(|section| section.parts.iter().position(|part| *part == claim.part).unwrap_or(usize::MAX));
    for section in order {
        if let Some((start, end)) = section.folded.find(&words) {
            section.marks.push((start, end, claim.ink, claim.became.clone()));
            return true;
        }
    }
    false
}

impl Folded {
    /// NFKC, small letters, one blank for any white space, no tatweel: as rules see a text.
    fn of(text: &str) -> Folded {
        let mut folded = Folded { text: String::with_capacity(text.len()), origin: Vec::with_capacity(text.len()) };
        for (at, c) in text.chars().enumerate() {
            let parts = c.nfkc().flat_map(char::to_lowercase).filter(|c| *c != '\u{640}');
            for c in parts {
                let c = if c.is_whitespace() { ' ' } else { c };
                if c == ' ' && folded.text.ends_with(' ') {
                    continue;
                }
                folded.text.push(c);
                folded.origin.resize(folded.text.len(), at);
            }
        }
        folded
    }

    /// The characters where folded words stand first.
    fn find(&self, words: &str) -> Option<(usize, usize)> {
        let start = self.text.find(words)?;
        let last = (start + words.len()).checked_sub(1)?;
        Some((*self.origin.get(start)?, *self.origin.get(last)? + 1))
    }
}

/// Words that became something, with the number of their note.
struct Stretch<'a> {
    mark: Mark,
    became: Vec<&'a str>,
}

/// One section: its lines, and under each line what its words became.
fn tell(section: &Section, look: Look, number: &mut usize) -> Result<()> {
    let stretches = stretches(&section.marks, number);
    let mut has_title = false;
    let mut start = 0;
    let lines: Vec<&str> = section.text.split('\n').collect();
    for line in lines.iter().take(MOST_LINES) {
        let end = start + line.chars().count();
        let (marks, notes) = of_line(&stretches, (start, end));
        start = end + 1;
        if marks.is_empty() && section.only_marked {
            continue;
        }
        if !has_title {
            print::line(&format!("   {}", section.title))?;
            has_title = true;
        }
        for row in paint::rows(line, &marks, MARGIN, look) {
            print::line(&row)?;
        }
        for row in notes.iter().flat_map(|notes| paint::note(notes, BELOW, look)) {
            print::line(&row)?;
        }
    }
    if lines.len() > MOST_LINES && !section.only_marked {
        print::line(&format!("   … {} more lines", lines.len() - MOST_LINES))?;
    }
    Ok(())
}

/// The same words have one number, whatever they became. The longest of those that begin together comes first, so that what
/// stands inside is opened after it.
fn stretches<'a>(marks: &'a [(usize, usize, Ink, String)], number: &mut usize) -> Vec<Stretch<'a>> {
    let mut sorted: Vec<_> = marks.iter().collect();
    sorted.sort_by_key(|(start, end, ink, _)| (*start, std::cmp::Reverse(*end), *ink));
    let mut stretches: Vec<Stretch<'a>> = Vec::new();
    for (start, end, ink, became) in sorted {
        match stretches.last_mut().filter(|last| (last.mark.start, last.mark.end) == (*start, *end)) {
            Some(last) => {
                last.became.push(became);
                last.mark.ink = last.mark.ink.max(*ink);
            }
            None => {
                *number += 1;
                stretches
                    .push(Stretch { mark: Mark { start: *start, end: *end, number: *number, ink: *ink }, became: vec![became] });
            }
        }
    }
    stretches
}

/// The marks on one line, counted from its start, and what the words that begin there became.
fn of_line(stretches: &[Stretch<'_>], (start, end): (usize, usize)) -> (Vec<Mark>, Option<String>) {
    let here = stretches.iter().filter(|stretch| stretch.mark.start < end && start < stretch.mark.end);
    let marks = here.clone().map(|stretch| {
        let mark = stretch.mark;
        Mark { start: mark.start.max(start) - start, end: mark.end.min(end) - start, ..mark }
    });
    let begin = here.clone().filter(|stretch| stretch.mark.start >= start);
    let notes: Vec<String> =
        begin.map(|stretch| format!("{} {}", superscript(stretch.mark.number), stretch.became.join(", "))).collect();
    (marks.collect(), (!notes.is_empty()).then(|| notes.join("   ")))
}

/// Lines with characters that nobody sees; they were taken out before anything was understood.
fn hidden(mail: &Mail, look: Look) -> Result<()> {
    if mail.text.hidden.is_empty() {
        return Ok(());
    }
    print::line("   hidden characters, taken out before the letter was read")?;
    for line in &mail.text.hidden {
        for row in paint::rows(line, &[], MARGIN, look) {
            print::line(&row)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_rules_see_them() {
        let folded = Folded::of("Tel:\n  ＋41  22 مـــرحبا");

        assert_eq!(folded.find("tel: +41 22"), Some((0, 14)));
        assert_eq!(folded.find("مرحبا"), Some((15, 23)));
        assert_eq!(folded.find("fax"), None);
    }

    #[test]
    fn the_same_words_have_one_number_and_all_that_they_became() {
        let field = |words: &str| words.to_owned();
        let all =
            [(3, 11, Ink::Field, field("name")), (3, 11, Ink::Evidence, field("kind")), (0, 25, Ink::Evidence, field("other"))];
        let stretches = stretches(&all, &mut 0);

        let (marks, notes) = of_line(&stretches, (0, 20));
        let (next, none) = of_line(&stretches, (21, 40));

        let told = |marks: &[Mark]| marks.iter().map(|mark| (mark.start, mark.end, mark.number)).collect::<Vec<_>>();
        assert_eq!(told(&marks), [(0, 20, 1), (3, 11, 2)]);
        assert_eq!(notes.unwrap(), "¹ other   ² kind, name");
        assert_eq!((told(&next), none), (vec![(0, 4, 1)], None), "words go on in the next line, and are told once");
    }
}
