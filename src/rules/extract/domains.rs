//! The organization that an address names: `Tideline` in a letter from `…@tideline-broadband.example`.

use super::alphabetic::without_elision;
use super::bodies::chunks;
use super::emails::emails;
use super::latin::latin;
use super::letter::{Letter, same_person, sorted_words};
use super::names::Name;
use crate::domain::steps::Part;
use crate::domain::words::Kind;
use crate::vocabulary::words::{Word, fold, words};

/// Letters that a name and a host must have in common: fewer agree by chance.
const COMMON: usize = 5;
/// Letters of an abbreviation that is the whole label at least.
const SHORTEST: usize = 3;
/// Words of such a name at most.
const LONGEST: usize = 6;
/// Labels that are looked for at most: a letter that names more hosts is a list of many bodies, and each is said beside its people.
const MOST_LABELS: usize = 12;
/// Labels of a host that name nobody.
const GENERIC: [&str; 12] = ["www", "mail", "com", "org", "net", "gov", "edu", "info", "office", "email", "post", "example"];

impl Letter<'_> {
    /// Capitalised words of the letter that the host of its writer's address, or of one in its text, begins with.
    pub(super) fn body_of_domain(&self) -> Option<(String, Part)> {
        let writer = self.mail.writer().filter(|_| self.is_mail).into_iter().map(|address| address.reveal().to_owned());
        let said = self.units.iter().flat_map(|unit| emails(&unit.text, self.vocabulary, self.charter));
        let said = said.filter(|email| !email.is_old).map(|email| email.address.reveal().to_owned());
        // Whoever corrects himself may write from his old address still.
        let said: Vec<String> = match self.kind {
            Kind::ContactUpdate => said.chain(writer).collect(),
            _ => writer.chain(said).collect(),
        };
        let hosts = said.iter().filter_map(|address| address.split_once('@').map(|(_, host)| host));
        let mut labels: Vec<String> = Vec::new();
        for label in hosts.flat_map(|host| host.split('.').rev().skip(1)) {
            let label: String = label.chars().filter(|c| c.is_alphanumeric()).collect();
            if labels.len() < MOST_LABELS
                && label.len() >= SHORTEST
                && !GENERIC.contains(&label.as_str())
                && !labels.contains(&label)
            {
                labels.push(label);
            }
        }
        if labels.is_empty() {
            return None;
        }
        let listed = self.listed();
        let own = self.units.iter().enumerate().filter(|(index, _)| !listed.contains(index));
        let own = own.map(|(_, unit)| (unit.text.as_str(), unit.part));
        let subject = Some((self.mail.base_subject.as_str(), Part::Subject)).filter(|_| self.is_mail);
        own.chain(subject).find_map(|(text, part)| {
            let name = chunks(text).into_iter().find_map(|chunk| labels.iter().find_map(|label| self.named_by(chunk, label)))?;
            Some((name, part))
        })
    }

    /// The run of capitalised words of a piece that begins as a host's label does.
    fn named_by(&self, chunk: &str, label: &str) -> Option<String> {
        if chunk.contains('@') {
            return None;
        }
        let list: Vec<Word<'_>> = words(chunk).into_iter().map(without_elision).collect();
        let from = (0..list.len()).find(|from| {
            let run = list.get(*from..).unwrap_or_default();
            let is_capital =
                run.first().is_some_and(|word| word.text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()));
            is_capital && !self.goes_on(&list, *from) && self.agrees(run, label)
        })?;
        let run = list.get(from..)?;
        let is_name =
            |word: &Word<'_>| word.text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) || word.text == "&";
        let mut last = reach(run, label);
        for (at, pair) in run.windows(2).enumerate().take(LONGEST) {
            let [word, next] = pair else { break };
            let is_near = chunk.get(word.end..next.start).is_some_and(|gap| gap.trim().is_empty());
            if !is_near || !is_name(next) {
                break;
            }
            last = last.max(at + 1);
        }
        let name = chunk.get(run.first()?.start..run.get(last)?.end)?;
        let name = quoted(chunk, run.first()?.start).unwrap_or(name);
        let is_person = |parts: Vec<String>| words(name).iter().any(|word| parts.contains(&fold(word.text)));
        // A line below the letter that is the body's name looks like a signer's.
        let sender = self.mail.from.first().map(|person| person.name.clone()).unwrap_or_default();
        let is_sender = |person: &Name| same_person(&person.text, &sender) || person.text != name;
        let of_person = self
            .writer
            .iter()
            .chain(&self.signers)
            .filter(|person| is_sender(person))
            .any(|person| is_person(sorted_words(&person.text)));
        (!of_person && !self.vocabulary.labels.ours.is_in(name)).then(|| name.to_owned())
    }

    /// Whether the word before is a part of the same name: `Graça Sampaio de Noronha`.
    fn goes_on(&self, list: &[Word<'_>], at: usize) -> bool {
        let before = |back: usize| at.checked_sub(back).and_then(|at| list.get(at));
        let is_capital = |word: &Word<'_>| word.text.starts_with(char::is_uppercase);
        let is_article = |word: &Word<'_>| self.vocabulary.labels.articles.matched(&[*word]) > 0;
        let near = |word: &Word<'_>, back: usize| before(back - 1).is_some_and(|next| next.start - word.end == 1);
        before(1).is_some_and(|word| near(word, 1) && is_capital(word) && !is_article(word))
            || before(1).is_some_and(|word| self.vocabulary.labels.particles.matched(&[*word]) > 0)
                && before(2).is_some_and(is_capital)
    }

    /// Whether the first words of a run, written together, begin a label, or the label them.
    fn agrees(&self, run: &[Word<'_>], label: &str) -> bool {
        let mut joined = String::new();
        for word in run.iter().take(LONGEST) {
            let Some(letters) = latin(word.text) else { return false };
            joined.extend(letters.chars().filter(|c| c.is_alphanumeric()));
            // `CIRT` of `@cirt.example`
            let is_abbreviation = joined == label && word.text.chars().all(char::is_uppercase);
            if is_abbreviation
                || joined.len() >= COMMON && label.len() >= COMMON && (label.starts_with(&joined) || joined.starts_with(label))
            {
                return true;
            }
            if !label.starts_with(&joined) {
                return false;
            }
        }
        false
    }
}

/// The whole of what stands in quotation marks from a place on: `"Добрая линия"`, of which only the first word has a capital.
fn quoted(text: &str, start: usize) -> Option<&str> {
    let before = text.get(..start)?.chars().next_back()?;
    let rest = text.get(start..)?;
    let end = match before {
        '«' => rest.find('»')?,
        '“' | '„' | '"' => rest.find(['”', '“', '"'])?,
        _ => return None,
    };
    rest.get(..end).filter(|name| name.split_whitespace().count() <= LONGEST)
}

/// The last of the first words that a label is made of, when they make all of it: `Écrans partagés` of `ecrans-partages`.
fn reach(run: &[Word<'_>], label: &str) -> usize {
    let mut joined = String::new();
    for (at, word) in run.iter().enumerate().take(LONGEST) {
        let letters: String = latin(word.text).unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).collect();
        // `enfants-ecrans` of `Enfants et Écrans`
        if at > 0
            && word.text.starts_with(char::is_lowercase)
            && letters.len() < SHORTEST
            && !label.starts_with(&format!("{joined}{letters}"))
        {
            continue;
        }
        joined.push_str(&letters);
        if joined == label {
            return at;
        }
        let Some(rest) = label.strip_prefix(joined.as_str()) else { break };
        // `citenum` of `Cité numérique`: hosts shorten the last word.
        let next = run.get(at + 1).and_then(|word| latin(word.text)).unwrap_or_default();
        if rest.len() >= SHORTEST && next.starts_with(rest) {
            return at + 1;
        }
    }
    0
}
