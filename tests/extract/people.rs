//! People in the forms and wordings of the field, in six languages.

use jcabot::domain::steps::{FoundPerson, Place, RawMail, Verdict};
use jcabot::domain::words::{Action, Kind};
use jcabot::mail;
use jcabot::resources::Resources;
use jcabot::rules::Rules;

/// The people of an office's letter with this text.
fn people(rules: &Rules, kind: Kind, text: &str) -> Vec<FoundPerson> {
    let html = if text.starts_with('<') { "html" } else { "plain" };
    let bytes = format!(
        "From: Office <office@secretariat.example>\nTo: tsbjcacop@itu.int\nSubject: List\nMIME-Version: 1.0\n\
         Content-Type: text/{html}; charset=utf-8\n\n{text}"
    );
    let place = Place { mailbox: "jca".to_owned(), folder: "INBOX".to_owned(), uid_validity: 1, uid: "1".to_owned() };
    let raw = RawMail { place, whole_size: bytes.len() as u64, bytes: bytes.into_bytes(), received_at: None };
    let mail = mail::parse(&raw, &rules.vocabulary);
    rules.extract(&mail, &Verdict { kind, confidence: 1.0, evidence: Vec::new() }).contacts
}

/// Name, organization, address, number and what is to be done, as one line a person.
fn lines(found: &[FoundPerson]) -> Vec<String> {
    let line = |person: &FoundPerson| {
        let action = match person.action {
            Some(Action::Add) => "+",
            Some(Action::Update) => "=",
            Some(Action::Withdraw) => "-",
            None => "?",
        };
        let email = person.email.as_ref().map_or("", |email| email.reveal());
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        format!("{action} {} | {} | {email} | {}", text(&person.name), text(&person.organization), text(&person.phone))
    };
    found.iter().map(line).collect()
}

#[test]
fn people_are_proposed_in_every_form() {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();

    for (text, wanted) in [
        (
            "The Permanent Mission of Ghana to the United Nations Office presents its compliments and has the honour to inform that the \
             Ghana Networks Authority has designated Mr. Kofi Annor, Director, as its representative (k.annor@gna.example, \
             +233 30 255 0114).\n",
            &["+ Kofi Annor | Ghana Networks Authority | k.annor@gna.example | +233302550114"][..],
        ),
        (
            "our association Netz Sicher e.V. (Hamburg, Germany) will be represented by:\n\n\
             Name: Heike Brandt; Function: officer; E-mail: brandt@netz.example; Tel.: 040 555 01 12; Fax: 040 555 01 13\n",
            &["+ Heike Brandt | Netz Sicher e.V. | brandt@netz.example | +49405550112"][..],
        ),
        (
            "<p>Please add:</p><table><tr><th>Organization</th><th>Name</th><th colspan=2>Reach</th></tr><tr><td rowspan=2>CEPA Forum\
             </td><td>Ms Ingrid Dahl</td><td>ingrid@cepa.example</td><td>+47 22 55 01 13</td></tr><tr><td>Mr Ole Dahl</td>\
             <td>ole@cepa.example</td><td>+47 22 55 01 14</td></tr></table>",
            &[
                "+ Ingrid Dahl | CEPA Forum | ingrid@cepa.example | +4722550113",
                "+ Ole Dahl | CEPA Forum | ole@cepa.example | +4722550114",
            ][..],
        ),
        (
            "L'Association Net Parents (Liège, Belgique) désigne :\n\n1. Mme Anne Lambert, présidente, a.lambert@anp.example, \
             04 255 01 17\n2. M. Yves Claes, trésorier, y.claes@anp.example (même numéro)\n",
            &[
                "+ Anne Lambert | Association Net Parents | a.lambert@anp.example | +3242550117",
                "+ Yves Claes | Association Net Parents | y.claes@anp.example | +3242550117",
            ][..],
        ),
        (
            "The Caribbean Forum appoints DELACROIX, Marie-Ange (Mrs.), Adviser. Contact: ma.delacroix@cf.example / +1 868 555 0134.\n",
            &["+ DELACROIX, Marie-Ange | Caribbean Forum | ma.delacroix@cf.example | +18685550134"][..],
        ),
        (
            "От Министерства связи Республики Таджикистан просим включить г-на Рахимова Фирдавса Исмоиловича, начальника отдела, \
             rahimov@ms.example, +992 37 555 01 09.\n",
            &["+ Рахимова Фирдавса Исмоиловича | Министерство связи Республики Таджикистан | rahimov@ms.example | +992375550109"]
                [..],
        ),
        (
            "现推荐江苏信息安全研究中心副主任 陈志明（Chen Zhiming）先生担任代表。\n电话：025-5555 0123 手机：138 5555 0123\n\
             邮箱：chenzm@jisec.example\n",
            &["+ 陈志明 | 江苏信息安全研究中心 | chenzm@jisec.example | +862555550123"][..],
        ),
        (
            "يسر وزارة الاتصالات في ليبيا أن ترشح:\nالاسم: م. عبد الرحمن الورفلي / الوظيفة: رئيس قسم / الهاتف: 021 555 0134 / البريد \
             الإلكتروني: a.warfalli@mict.example\n",
            &["+ عبد الرحمن الورفلي | وزارة الاتصالات | a.warfalli@mict.example | +218215550134"][..],
        ),
    ] {
        assert_eq!(lines(&people(&rules, Kind::ContactSubmission, text)), wanted, "{text}");
    }
}

#[test]
fn successors_and_corrections_are_told_apart() {
    let rules = Rules::load(&Resources::built_in(), "jca-cop").unwrap();

    for (text, wanted) in [
        (
            "Peter Novotny has left Telvia Networks; please replace him with Jana Dvorakova (jana.dvorakova@telvia.example, \
             +420 255 550 113).\n",
            &[
                "- Peter Novotny | Telvia Networks |  | ",
                "+ Jana Dvorakova | Telvia Networks | jana.dvorakova@telvia.example | +420255550113",
            ][..],
        ),
        (
            "El Dr. Hernán Vidal dejó la Cámara Informática del Plata. Lo reemplazará la Lic. Paula Giménez: pgimenez@cip.example, \
             tel. +54 11 5555 0123.\n",
            &[
                "- Hernán Vidal | Cámara Informática del Plata |  | ",
                "+ Paula Giménez | Cámara Informática del Plata | pgimenez@cip.example | +541155550123",
            ][..],
        ),
        (
            "The telephone of Mr Piotr Zając of Bezpieczne Foundation has changed; the new number is +48 22 555 01 77 (the old one, \
             +48 22 555 01 70, is out of service).\n",
            &["= Piotr Zając | Bezpieczne Foundation |  | +48225550177"][..],
        ),
    ] {
        assert_eq!(lines(&people(&rules, Kind::ContactUpdate, text)), wanted, "{text}");
    }
}
