//! Promises: a body says that a name follows. The roster then shows its seat as promised.

use super::{Rules, extract};
use crate::domain::steps::Verdict;
use crate::mail::Mail;

/// Seat ids of the charter for which the letter promises a name; none where it names somebody.
///
/// The body is looked for where the promise stands, then in the subject, in the whole text, in the signature and the sender's
/// name, and at last by the sender's domain: "SG 15 will nominate its expert, as SG 16 has" promises for one of them.
pub(super) fn promises(rules: &Rules, mail: &Mail, verdict: &Verdict) -> Vec<String> {
    if verdict.kind.is_automatic() || verdict.kind.is_contact() {
        return Vec::new();
    }
    let is_promise = |rule: &str| rules.kinds.named(rule).is_some_and(|rule| rule.promise);
    let Some(evidence) = verdict.evidence.iter().find(|evidence| evidence.weight > 0.0 && is_promise(&evidence.rule)) else {
        return Vec::new();
    };
    let head: String = evidence.words.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    let own = mail.text.own.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    let beside = own.filter(|paragraph| paragraph.contains(&head)).collect::<Vec<_>>().join("\n");
    let names: Vec<&str> = mail.from.iter().map(|person| person.name.as_str()).collect();
    let signed = format!("{}\n{}", mail.text.signature, names.join("\n"));
    let texts = [beside.as_str(), &mail.base_subject, &mail.text.own, &signed];
    let named = texts.into_iter().map(|text| extract::seats(rules, text)).find(|seats| !seats.is_empty());
    named.unwrap_or_else(|| by_domain(rules, mail))
}

fn by_domain(rules: &Rules, mail: &Mail) -> Vec<String> {
    let Some(writer) = mail.writer() else { return Vec::new() };
    let speaks = |own: &String| own.eq_ignore_ascii_case(writer.domain());
    rules.charter.seats.iter().filter(|seat| seat.domains.iter().any(speaks)).map(|seat| seat.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use crate::domain::steps::{Place, RawMail};
    use crate::resources::Resources;
    use crate::rules::Rules;

    fn promised(subject: &str, text: &str) -> Vec<String> {
        let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();
        let letter = format!(
            "From: A <a@b.example>\r\nTo: tsbjcacop@itu.int\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        );
        let raw = RawMail {
            place: Place { mailbox: String::new(), folder: String::new(), uid_validity: 0, uid: String::new() },
            whole_size: letter.len() as u64,
            bytes: letter.into_bytes(),
            received_at: None,
        };
        let mail = crate::mail::parse(&raw, &rules.vocabulary);
        let verdict = rules.classify(&mail);
        rules.extract(&mail, &verdict).promises
    }

    #[test]
    fn a_promise_is_for_the_seat_of_its_body_in_six_languages() {
        for (text, seat) in [
            ("Study Group 15 will nominate its representative after its meeting in September.", "sg15"),
            ("La Commission d'études 9 désignera son représentant prochainement.", "sg9"),
            ("La Comisión de Estudio 2 designará a su representante próximamente.", "sg2"),
            ("Исследовательская комиссия 13 сообщит кандидатуру своего представителя дополнительно.", "sg13"),
            ("第16研究组将尽快提名代表并另行通知。", "sg16"),
            ("ستقوم لجنة الدراسات 17 بترشيح ممثلها قريباً بعد اجتماعها.", "sg17"),
        ] {
            assert_eq!(promised("JCA-COP", text), [seat], "{text}");
        }
    }

    #[test]
    fn a_named_person_is_no_promise() {
        let text = "Study Group 15 nominates its representative:\r\n\r\nName: Ann Bell\r\nE-mail: ann@b.example\r\n";

        assert!(promised("SG15 representative", text).is_empty());
    }
}
