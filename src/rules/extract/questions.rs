//! Questions that a letter quotes above its answers.

use crate::mail::Mail;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::PersonLabel;
use crate::vocabulary::words::{is_han, is_mark};
use std::borrow::Cow;

/// What the writer wrote, each answer below a quoted question behind the label that it answers: `> Your full name?`.
pub(super) fn answered<'m>(mail: &'m Mail, words: &Vocabulary) -> Cow<'m, str> {
    let mut text = Cow::Borrowed(mail.text.own.as_str());
    for (question, answer) in &mail.text.answers {
        let Some(label) = asked(question, words) else { continue };
        // What is said with a label of its own needs no other.
        let is_bare = !answer.contains([':', '：']);
        if let Some(at) = start_of_line(&text, answer).filter(|_| is_bare) {
            let lead = lead(answer, words);
            text.to_mut().replace_range(at..at + lead, &format!("{label}: "));
        }
    }
    text
}

/// Octets of the `yes, correct, ` before an answer.
fn lead(answer: &str, words: &Vocabulary) -> usize {
    const MARKS: [char; 8] = [',', '.', '!', ';', '，', '。', '،', '؛'];
    let mut taken = 0;
    while let Some((head, rest)) = answer.get(taken..).and_then(|rest| rest.split_once(MARKS)) {
        if !words.labels.yes.is(head) || rest.trim().is_empty() {
            break;
        }
        taken = answer.len() - rest.trim_start().len();
    }
    taken
}

/// Where the first line begins that is this one and nothing else.
fn start_of_line(text: &str, line: &str) -> Option<usize> {
    let mut at = 0;
    text.split_inclusive('\n').find_map(|own| {
        let start = at;
        at += own.len();
        (own.trim_end_matches('\n') == line).then_some(start)
    })
}

/// Words of a label in a question at most.
const LONGEST_ASKED: usize = 3;

/// Characters of a question at most.
const LONGEST_QUESTION: usize = 80;

/// The label in a question for somebody's details: `1. votre nom tel qu'il doit figurer`, `ما جهة العمل؟`.
fn asked(question: &str, words: &Vocabulary) -> Option<String> {
    if question.chars().count() > LONGEST_QUESTION {
        return None;
    }
    let is_wanted = |piece: &str| {
        let label = words.labels.person_label(piece);
        matches!(
            label,
            Some(
                PersonLabel::Name
                    | PersonLabel::Organization
                    | PersonLabel::Position
                    | PersonLabel::Country
                    | PersonLabel::Email
                    | PersonLabel::Telephone
                    | PersonLabel::Mobile
            )
        )
    };
    let pieces: Vec<&str> =
        question.split(|c: char| !c.is_alphanumeric() && !is_mark(c)).filter(|piece| !piece.is_empty()).collect();
    let runs = (1..=LONGEST_ASKED).rev().flat_map(|length| pieces.windows(length).map(|run| run.join(" ")).collect::<Vec<_>>());
    let own = runs.into_iter().find_map(|run| [run.clone(), without_owner(&run)].into_iter().find(|run| is_wanted(run)));
    own.or_else(|| {
        let han: Vec<char> = question.chars().filter(|c| is_han(*c)).collect();
        let runs =
            (2..=4).rev().flat_map(|length| han.windows(length).map(|run| run.iter().collect::<String>()).collect::<Vec<_>>());
        runs.into_iter().find(|run| is_wanted(run))
    })
}

/// `اسمكم` and `صفتكم` as labels have them: with the article, without whose name and capacity it is.
fn without_owner(word: &str) -> String {
    let bare = ["كم", "كن", "ك"].iter().find_map(|ending| word.strip_suffix(ending)).filter(|bare| bare.chars().count() > 2);
    bare.map_or_else(
        || word.to_owned(),
        |bare| bare.strip_suffix('ت').map_or_else(|| format!("ال{bare}"), |stem| format!("ال{stem}ة")),
    )
}
