//! Bodies that a letter explains, whatever they are called: `SafeSurf (an NGO in Lima)`, `Trygg Nett, a Norwegian helpline`.

use super::alphabetic::without_elision;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::{Word, is_arabic, is_han, words};

/// Words between the article and the kind of body at most: `a small non-profit child protection charity`.
const BEFORE_KIND: usize = 5;
/// Words of such a name at most.
const LONGEST: usize = 7;
/// Letters of it at least.
const SHORTEST: usize = 3;

/// The names in a text that are followed by what kind of body they are.
pub(super) fn described(text: &str, vocabulary: &Vocabulary) -> Vec<String> {
    let labels = &vocabulary.labels;
    let list: Vec<Word<'_>> = words(text).into_iter().map(without_elision).collect();
    let is_article = |word: &Word<'_>| {
        word.text.starts_with(char::is_lowercase)
            && (labels.indefinite.matched(&[*word]) > 0 || labels.articles.matched(&[*word]) > 0)
    };
    // `l'association`, of which the article was taken off.
    let is_elided = |word: &Word<'_>| text.get(..word.start).is_some_and(|head| head.ends_with(['\'', '’']));
    let mut found = Vec::new();
    for (at, word) in list.iter().enumerate() {
        if at == 0 && labels.articles.matched(&[*word]) > 0 {
            found.extend(name_behind(text, &list, 1, vocabulary));
        } else if is_article(word) {
            found.extend(name_before(text, &list, at, vocabulary).or_else(|| name_behind(text, &list, at + 1, vocabulary)));
        } else if is_elided(word) {
            found.extend(name_behind(text, &list, at, vocabulary));
        }
    }
    found
}

/// `the charity Bright Wave`, `l'association Écrans clairs`: the capitalised words behind the kind of a body.
fn name_behind(text: &str, list: &[Word<'_>], kind: usize, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let rest = list.get(kind..)?;
    rest.first().filter(|word| word.text.starts_with(char::is_lowercase))?;
    // `la línea de denuncia Navega Clara`: a kind of several words.
    let rest = rest.get(labels.organizations.matched(rest).checked_sub(1)?..)?;
    let kind = rest.first()?;
    // `la entidad pública Red Clara`
    let is_adjective = |word: &&Word<'_>| {
        word.text.starts_with(char::is_lowercase)
            && word.text.chars().count() > SHORTEST
            && is_romance(kind, vocabulary)
            && [&labels.links, &labels.breaks, &labels.articles, &labels.roles].iter().all(|own| own.matched(&[**word]) == 0)
    };
    let rest = rest.get(usize::from(rest.get(1).is_some_and(|word| is_adjective(&word)))..)?;
    let is_near =
        |at: usize| rest.get(at).zip(rest.get(at + 1)).is_some_and(|(word, next)| text.get(word.end..next.start) == Some(" "));
    let is_capital = |word: &Word<'_>| word.text.starts_with(char::is_uppercase);
    let is_link = |word: &Word<'_>| {
        (labels.links.matched(&[*word]) > 0 || labels.particles.has(word.text)) && labels.breaks.matched(&[*word]) == 0
    };
    let capital = |at: usize| at < LONGEST && is_near(at) && rest.get(at + 1).is_some_and(is_capital);
    let mut many = 0;
    loop {
        if capital(many) {
            many += 1;
        } else if many > 0 && is_near(many) && rest.get(many + 1).is_some_and(is_link) && capital(many + 1) {
            many += 2;
        } else {
            break;
        }
    }
    let first = rest.get(1).filter(|_| many > 0)?;
    // French and Spanish may write the last word of a name small: `Écrans clairs,`.
    let next = rest.get(many + 1).filter(|_| is_near(many) && labels.small_names.matched(&[*kind]) > 0);
    let ends_small = next.filter(|word| {
        let is_word = word.text.starts_with(char::is_lowercase) && labels.breaks.matched(&[**word]) == 0;
        is_word
            && labels.links.matched(&[**word]) == 0
            && text.get(word.end..).is_some_and(|rest| rest.starts_with([',', '.', ')', ';']))
    });
    let end = ends_small.map_or(rest.get(many)?.end, |word| word.end);
    let name = text.get(first.start..end)?.trim_end_matches('.');
    let is_other = labels.roles.is_in(name)
        || labels.ours.is_in(name)
        || labels.honorifics.matched(&[*first]) > 0
        || labels.not_names.matched(&[*first]) > 0
        || labels.person_label(name).is_some()
        || !vocabulary.countries.in_text(name).is_empty()
        || vocabulary.countries.place(name).is_some();
    (!is_other && name.chars().count() >= SHORTEST).then(|| name.to_owned())
}

/// `PacTel (Panama) hereby appoints`, `Детинет предлагает`: the capitalised words at the head of a sentence that propose somebody.
pub(super) fn acting(text: &str, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let list = words(text);
    let is_capital = |word: &Word<'_>| word.text.starts_with(|c: char| c.is_uppercase() && !is_han(c));
    let is_near = |at: usize| {
        list.get(at).zip(list.get(at + 1)).is_some_and(|(word, next)| matches!(text.get(word.end..next.start), Some(" " | " & ")))
    };
    let first = list.first().filter(|word| is_capital(word))?;
    let lead = [&labels.breaks, &labels.articles, &labels.honorifics, &labels.not_names, &labels.links];
    if lead.iter().any(|own| own.matched(&[*first]) > 0) {
        return None;
    }
    let mut last = 0;
    while last < LONGEST && is_near(last) && list.get(last + 1).is_some_and(is_capital) {
        last += 1;
    }
    let end = list.get(last)?.end;
    let mut behind = text.get(end..)?;
    // `PacTel (Panama)`, `Panama (PACTEL)`
    let mut bracketed = None;
    if let Some((inner, rest)) = behind.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        bracketed = Some(inner.trim()).filter(|inner| inner.starts_with(char::is_uppercase));
        behind = rest;
    }
    // `Sonalis, opérateur historique, propose`
    if let Some((inner, rest)) = behind.strip_prefix(", ").and_then(|rest| rest.split_once(','))
        && inner.starts_with(char::is_lowercase)
        && inner.chars().count() <= APPOSITION
    {
        behind = rest;
    }
    if !behind.starts_with(' ') {
        return None;
    }
    let verbs = words(behind);
    let verb = verbs.iter().take(TO_VERB).position(|word| labels.designates.matched(&[*word]) > 0)?;
    // `Jane Roe has been nominated`: whoever is proposed is no body.
    let is_passive = verbs.iter().take(verb).any(|word| PASSIVE.contains(&word.text));
    let is_clause = behind.get(..verbs.get(verb)?.start)?.contains([',', '.', ';', ':', '(']);
    let name = text.get(first.start..end)?;
    let name = bracketed.filter(|_| vocabulary.countries.is_name(name)).unwrap_or(name);
    // One word may be a verb (`Tenemos el agrado de proponer`).
    let is_told = last > 0 || name.chars().skip(1).any(char::is_uppercase);
    let is_other = labels.ours.is_in(name) || labels.roles.is_in(name) || !vocabulary.countries.in_text(name).is_empty();
    (is_told && !is_passive && !is_clause && !is_other && name.chars().count() >= SHORTEST).then(|| name.to_owned())
}

/// Characters of what is said of a body between commas at most.
const APPOSITION: usize = 80;

/// Words before a participle that say that somebody is proposed.
const PASSIVE: [&str; 10] = ["been", "be", "is", "was", "été", "est", "sera", "sido", "es", "fue"];

/// `of Harbour Safe Online, Dunedin`: the capitalised words that a small one leads to behind a name.
pub(super) fn led(text: &str, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let text = text.trim_start_matches([' ', ',', '(', '-', '–']);
    let list: Vec<Word<'_>> = words(text).into_iter().map(without_elision).collect();
    let leads =
        list.first().map_or(0, |word| if word.text.starts_with(char::is_lowercase) { labels.led.matched(&list) } else { 0 });
    let is_capital = |word: &Word<'_>| word.text.starts_with(char::is_uppercase) && !word.text.starts_with(is_arabic);
    let articles =
        list.iter().skip(leads).take(1).filter(|word| labels.articles.matched(&[**word]) > 0 && !is_capital(word)).count();
    let from = leads + articles;
    let first = list.get(from).filter(|word| leads > 0 && is_capital(word))?;
    let is_near = |at: usize| {
        list.get(at).zip(list.get(at + 1)).is_some_and(|(word, next)| matches!(text.get(word.end..next.start), Some(" " | " & ")))
    };
    let mut last = from;
    while last - from < LONGEST && is_near(last) {
        let Some(next) = list.get(last + 1) else { break };
        let is_link =
            labels.links.matched(&[*next]) > 0 && labels.breaks.matched(&[*next]) == 0 && labels.at.matched(&[*next]) == 0;
        if is_capital(next) {
            last += 1;
        } else if is_link && is_near(last + 1) && list.get(last + 2).is_some_and(is_capital) {
            last += 2;
        } else {
            break;
        }
    }
    let name = text.get(first.start..list.get(last)?.end)?.trim_end_matches('.');
    let is_other = labels.ours.is_in(name)
        || labels.roles.is_in(name)
        || labels.not_names.matched(&[*first]) > 0
        || labels.honorifics.matched(&[*first]) > 0
        || labels.person_label(name).is_some()
        || vocabulary.countries.is_name(name)
        || vocabulary.countries.place(name).is_some()
        || vocabulary.time.is_month(name)
        || name.contains(|c: char| c.is_ascii_digit());
    (!is_other && name.chars().count() >= SHORTEST).then(|| name.to_owned())
}

/// Words from a body's name to the verb at most: `would like to propose`.
const TO_VERB: usize = 4;

/// The capitalised words before an article that leads to the kind of a body.
fn name_before(text: &str, list: &[Word<'_>], at: usize, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let gap = |at: usize| text.get(list.get(at.checked_sub(1)?)?.end..list.get(at)?.start);
    let is_mark = |gap: &str| matches!(gap.trim(), "," | "(" | "–" | "—" | "-" | ", (" | "”, " | "\",");
    // `X, a charity`, and `X is a charity`.
    let last = if is_mark(gap(at)?) {
        at - 1
    } else {
        let verb = list.get(at - 1)?;
        let is_verb = labels.articles.matched(&[*verb]) > 0 && labels.breaks.matched(&[*verb]) > 0;
        let is_indefinite = labels.indefinite.matched(&[*list.get(at)?]) > 0;
        (is_verb && is_indefinite && gap(at - 1)? == " ").then_some(at.checked_sub(2)?)?
    };
    if !is_kind(text, list, at, vocabulary) {
        return None;
    }
    let is_capital = |word: &Word<'_>| {
        word.text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
            && word.text.contains(char::is_alphabetic)
            && labels.breaks.matched(&[*word]) == 0
            && labels.articles.matched(&[*word]) == 0
            && labels.honorifics.matched(&[*word]) == 0
    };
    list.get(last).filter(|word| is_capital(word))?;
    let mut first = last;
    while last - first < LONGEST && gap(first).is_some_and(|gap| gap == " " || gap == " & ") {
        let Some(before) = first.checked_sub(1).and_then(|at| list.get(at)) else { break };
        let leads = || {
            let small = (labels.links.matched(&[*before]) > 0 || labels.particles.has(before.text))
                && labels.breaks.matched(&[*before]) == 0
                && labels.at.matched(&[*before]) == 0;
            small && gap(first - 1) == Some(" ") && first.checked_sub(2).and_then(|at| list.get(at)).is_some_and(is_capital)
        };
        if is_capital(before) {
            first -= 1;
        } else if leads() {
            first -= 2;
        } else {
            break;
        }
    }
    let name = text.get(list.get(first)?.start..list.get(last)?.end)?;
    let is_honoured = first.checked_sub(1).and_then(|at| list.get(at)).is_some_and(|word| labels.honorifics.has(word.text));
    let is_other = is_honoured
        || labels.ours.is_in(name)
        || labels.roles.is_in(name)
        || labels.not_names.is(name)
        || vocabulary.countries.is_name(name)
        || vocabulary.countries.place(name).is_some();
    (!is_other && name.chars().count() >= SHORTEST).then(|| name.to_owned())
}

/// Whether what stands behind an article says what kind of body something is: the kind ends the words before a mark or a small word.
fn is_kind(text: &str, list: &[Word<'_>], article: usize, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let is_small = |word: &Word<'_>| {
        [&labels.links, &labels.breaks, &labels.at, &labels.articles].iter().any(|own| own.matched(&[*word]) > 0)
            || labels.particles.has(word.text)
    };
    for at in article + 1..=article + BEFORE_KIND + 1 {
        let (Some(before), Some(word)) = (list.get(at - 1), list.get(at)) else { return false };
        let is_near = text.get(before.end..word.start).is_some_and(|gap| gap.trim().is_empty());
        if !is_near || is_small(word) || labels.roles.matched(&[*word]) > 0 {
            return false;
        }
        let rest = list.get(at..).unwrap_or_default();
        let kind = labels.organizations.matched(rest).max(expert(rest, vocabulary));
        if kind > 0 {
            let ends = match list.get(at + kind) {
                Some(next) => {
                    let gap = rest.get(kind - 1).and_then(|last| text.get(last.end..next.start)).unwrap_or_default();
                    // `working with schools`
                    let is_participle = ["ing", "ed"].iter().any(|ending| next.text.ends_with(ending));
                    !gap.trim().is_empty() || is_small(next) || is_participle
                }
                None => true,
            };
            // Romance languages put the kind first: `une association loi 1901`.
            if ends
                || at == article + 1
                    && list.get(at + kind).is_some_and(|next| labels.roles.matched(&[*next]) == 0)
                    && is_romance(word, vocabulary)
            {
                return true;
            }
        }
    }
    false
}

fn is_romance(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    vocabulary.labels.small_names.matched(&[*word]) > 0 && vocabulary.labels.english_names.matched(&[*word]) == 0
}

/// How many words are of a kind of body that experts come from: `non-profit`.
fn expert(rest: &[Word<'_>], vocabulary: &Vocabulary) -> usize {
    let own = vocabulary.labels.categories.iter().find(|(name, _)| *name == "expert");
    own.map_or(0, |(_, words)| words.matched(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    #[test]
    fn what_is_said_to_be_a_body_is_one() {
        let words = Vocabulary::load(&Resources::built_in()).unwrap();

        for (text, name) in [
            ("Bright Wave Tonga (an NGO in Neiafu) would like", Some("Bright Wave Tonga")),
            ("I work at Blå Linje, a Danish helpline for children", Some("Blå Linje")),
            ("Net Amma is a Madurai-based non-profit working with schools", Some("Net Amma")),
            ("chargé de mission chez Enfants du Fleuve, une association loi 1901", Some("Enfants du Fleuve")),
            ("Trabajo en Itsaso Argi, una pequeña ONG de Bermeo que asesora", Some("Itsaso Argi")),
            ("elle vient de la fondation Rives du Lac (Suisse)", Some("Rives du Lac")),
            ("présidente de l'association Fenêtres ouvertes, je", Some("Fenêtres ouvertes")),
            ("présidente de notre association Fenêtres ouvertes, je", Some("Fenêtres ouvertes")),
            ("La línea de denuncia Navega Claro, con sede en", Some("Navega Claro")),
            ("técnica de la entidad pública Red Clara, de", Some("Red Clara")),
            ("Ms Jane Roe, a network engineer", None),
            ("Jane Roe, a member of the team,", None),
            ("In Kenya, the regulator", None),
        ] {
            assert_eq!(described(text, &words).first().map(String::as_str), name, "{text}");
        }
    }
    #[test]
    fn what_proposes_or_sends_somebody_is_a_body() {
        let words = Vocabulary::load(&Resources::built_in()).unwrap();

        assert_eq!(acting("TelPacífico (Panama) hereby appoints Ms Roe", &words).as_deref(), Some("TelPacífico"));
        assert_eq!(acting("Детская Сеть предлагает Анну Роу", &words).as_deref(), Some("Детская Сеть"));
        for text in
            ["Malaysia nominates", "Jane Roe has been nominated", "Tenemos el agrado de proponer", "Designamos como experta"]
        {
            assert_eq!(acting(text, &words), None, "{text}");
        }
        assert_eq!(acting("Please add her", &words), None);
        assert_eq!(led(" of Harbour Light Online, Dunedin", &words).as_deref(), Some("Harbour Light Online"));
        assert_eq!(led(", de Voz de Niñez en Lima", &words).as_deref(), Some("Voz de Niñez"));
        assert_eq!(led(" from Kenya", &words), None);
        assert_eq!(led(" of Nairobi", &words), None);
    }
}
